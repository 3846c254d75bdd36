/**
 * Station profiles where they lie: by name, by path, in place.
 *
 * Law: what is in a profile is tested in station_profile_test.ts.
 */
import { assert, assertEquals } from "@std/assert";
import { loadStation, shippedStations } from "../../hal/drivers/station_files.ts";
import { acTwoSockets, dcFour, referenceDc } from "./stations.ts";

function check(sentence: string, test: () => void): void {
  Deno.test(`station files: ${sentence}`, test);
}

function problems(station: string | Readonly<Record<string, unknown>>): readonly string[] {
  const loaded = loadStation(station);
  return loaded.kind === "refused" ? loaded.problems : [];
}

check("each shipped profile is found by its own name", () => {
  assertEquals(shippedStations, ["reference-dc", "ac-two-sockets", "dc-four"]);
  const loaded = shippedStations.map((name) => loadStation(name));
  const values = [referenceDc, acTwoSockets, dcFour].map((value) => ({ kind: "read" as const, value }));
  assertEquals(loaded, values);
  assertEquals(values.map(({ value }) => value.name), shippedStations);
});

check("a name that does not ship gets all that do, and the nearest", () => {
  assertEquals(problems("refernce-dc"), [
    'station: write reference-dc, ac-two-sockets, dc-four, or the path of a JSON file, not "refernce-dc" (did you mean reference-dc?)',
  ]);
  assertEquals(problems("zzz"), [
    'station: write reference-dc, ac-two-sockets, dc-four, or the path of a JSON file, not "zzz"',
  ]);
  assertEquals(problems("toString").length, 1);
});

check("a path has a slash in it or ends in .json; a file that cannot be read is said", () => {
  assertEquals(problems("./none").length, 1);
  assert(problems("none.json")[0]?.startsWith("none.json: name a file that can be read: "));
});

check("a file is read, and its problems are told under its name", () => {
  const path = Deno.makeTempFileSync({ suffix: ".json" });
  try {
    Deno.writeTextFileSync(path, JSON.stringify({ ...referenceDc, name: "mine" }));
    assertEquals(loadStation(path), { kind: "read", value: { ...referenceDc, name: "mine" } });
    Deno.writeTextFileSync(path, JSON.stringify({ ...referenceDc, reader: "both" }));
    assertEquals(problems(path), [`${path}: reader: write "station" or "connector", not "both"`]);
    Deno.writeTextFileSync(path, '{ "name": ');
    assert(problems(path)[0]?.startsWith(`${path}: write JSON`));
  } finally {
    Deno.removeSync(path);
  }
});

check("a profile may stand in place", () => {
  assertEquals(loadStation({ ...referenceDc, name: "inline" }), {
    kind: "read",
    value: { ...referenceDc, name: "inline" },
  });
  assertEquals(problems({ ...referenceDc, reader: "both" }), [
    'station: reader: write "station" or "connector", not "both"',
  ]);
});
