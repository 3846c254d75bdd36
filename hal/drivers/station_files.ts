/**
 * Station profiles where they lie: those that ship with the program, those in files, and those written in place.
 *
 * Law: whatever comes out has passed the schema; a shipped one is part of the program, compiled or not.
 */
import { closest } from "../../protocol/closest.ts";
import { type Handwritten, judgeHandwritten, parseHandwritten } from "../handwritten.ts";
import { StationProfile } from "../station_profile.ts";
import acTwoSockets from "../stations/ac-two-sockets.json" with { type: "json" };
import dcFour from "../stations/dc-four.json" with { type: "json" };
import referenceDc from "../stations/reference-dc.json" with { type: "json" };

const shipped: Readonly<Record<string, unknown>> = {
  "reference-dc": referenceDc,
  "ac-two-sockets": acTwoSockets,
  "dc-four": dcFour,
};

/** In the order in which a list should show them. */
export const shippedStations: readonly string[] = Object.keys(shipped);

/**
 * Loads a profile by the name of a shipped one, from a file (a path has a `/` in it or ends in `.json`), or as it stands.
 * The problems name the file they are in.
 */
export function loadStation(
  station: string | Readonly<Record<string, unknown>>,
): Handwritten<StationProfile> {
  if (typeof station !== "string") return within("station", judgeHandwritten(StationProfile, station));
  if (station.includes("/") || station.endsWith(".json")) return within(station, readStation(station));
  if (!Object.hasOwn(shipped, station)) return within("station", unknownName(station));
  return within(station, judgeHandwritten(StationProfile, shipped[station]));
}

function unknownName(name: string): Handwritten<StationProfile> {
  const nearest = closest(name, shippedStations);
  const hint = nearest === undefined ? "" : ` (did you mean ${nearest}?)`;
  const known = `${shippedStations.join(", ")}, or the path of a JSON file`;
  return { kind: "refused", problems: [`write ${known}, not "${name}"${hint}`] };
}

function readStation(path: string): Handwritten<StationProfile> {
  const text = readText(path);
  if (text.kind === "refused") return text;
  const document = parseHandwritten(text.value);
  return document.kind === "refused" ? document : judgeHandwritten(StationProfile, document.value);
}

function readText(path: string): Handwritten<string> {
  try {
    return { kind: "read", value: Deno.readTextFileSync(path) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { kind: "refused", problems: [`name a file that can be read: ${error.message}`] };
  }
}

function within<T>(place: string, judged: Handwritten<T>): Handwritten<T> {
  if (judged.kind === "read") return judged;
  return { kind: "refused", problems: judged.problems.map((problem) => `${place}: ${problem}`) };
}
