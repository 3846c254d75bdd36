/** The verb `inspect`, on a real socket. */
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { InspectOptions } from "../../console/arguments.ts";
import { inspect } from "../../console/inspect.ts";
import { Refused } from "../../console/refusals.ts";
import { PLAIN } from "../../console/terminal.ts";
import { profile } from "../protocol/charging_profile_samples.ts";
import { parseExposition } from "./exposition.ts";
import { askerAt } from "./socket_asker.ts";
import { watchCharger, type WatchedCharger } from "./watched_charger.ts";

/** What was written, and a way to await the next line. */
function paper() {
  const lines: string[] = [];
  const errors: string[] = [];
  let written = Promise.withResolvers<void>();
  const line = (text: string) => {
    lines.push(text);
    written.resolve();
  };
  return {
    lines,
    errors,
    output: { line, error: (text: string) => void errors.push(text), palette: PLAIN },
    /** The line at this place, whether it has come or is still to come. */
    at: async (place: number): Promise<string> => {
      for (;;) {
        const line = lines[place];
        if (line !== undefined) return line;
        await written.promise;
        written = Promise.withResolvers();
      }
    },
  };
}

const LOOK: InspectOptions = {
  view: "tree",
  socket: undefined,
  watch: false,
  json: false,
  duration: undefined,
  whatIf: undefined,
  after: undefined,
  deed: undefined,
};

async function withCharger(proves: (charger: WatchedCharger) => Promise<void>): Promise<void> {
  const charger = await watchCharger();
  try {
    await proves(charger);
  } finally {
    await charger.close();
  }
}

/** Looks once; the exit code is 0. */
async function look(charger: WatchedCharger, options: Partial<InspectOptions>): Promise<string> {
  const { output, lines } = paper();
  const { signal } = new AbortController();
  const onlooker = {
    output,
    isTerminal: false,
    interrupted: signal,
    nextLook: () => Promise.reject(new Error("once")),
  };
  assertEquals(await inspect({ ...LOOK, socket: charger.path, ...options }, onlooker), 0);
  assertEquals(lines.length, 1);
  return lines[0] ?? "";
}

Deno.test("inspect tree draws the supervisors", () =>
  withCharger(async (charger) => {
    const lines = (await look(charger, { view: "tree" })).split("\n");
    assertEquals(lines.length, 10);
    assertStringIncludes(lines[1] ?? "", "charger one_for_one");
    assertMatch(
      lines.find((line) => line.includes("connector:1")) ?? "",
      /connector:1 +running +0 +0\/1000 +0$/,
    );
  }));

Deno.test("inspect status draws the connectors", () =>
  withCharger(async (charger) => {
    const text = await look(charger, { view: "status" });
    assertStringIncludes(text, "registration  Accepted");
    assertStringIncludes(text, "4711 (local 3) for 04AABBCC");
  }));

Deno.test("inspect metrics prints them as they are", () =>
  withCharger(async (charger) => {
    assertEquals(
      parseExposition(`${await look(charger, { view: "metrics" })}\n`)[0]?.name,
      "chargerd_frames_total",
    );
  }));

Deno.test("inspect --json prints the answer unchanged", () =>
  withCharger(async (charger) => {
    using asker = askerAt(charger.path);
    const withoutTime = (text: string) => text.replaceAll(/"at":"[^"]*"|"nowMs":[\d.]+/g, "");
    for (const view of ["tree", "status"] as const) {
      const { text } = await asker.get(`/${view}`);
      assertEquals(withoutTime(await look(charger, { view, json: true })), withoutTime(text));
    }
  }));

Deno.test("inspect messages shows each frame as it passes, until it is interrupted", () =>
  withCharger(async (charger) => {
    const { output, at } = paper();
    const interruption = new AbortController();
    const nextLook = () => Promise.resolve();
    const onlooker = { output, isTerminal: false, interrupted: interruption.signal, nextLook };
    const code = inspect({ ...LOOK, view: "messages", socket: charger.path }, onlooker);
    await charger.listened();
    charger.frame("FrameSent", '[2,"1","Authorize",{"idTag":"04AABBCC"}]');
    charger.frame("FrameReceived", '[3,"1",{"idTagInfo":{"status":"Accepted"}}]');
    assertMatch(await at(0), /^\d\d:\d\d:\d\d\.\d{3} → Authorize idTag=04AABBCC$/);
    assertMatch(await at(1), /^\d\d:\d\d:\d\d\.\d{3} ← Authorize\.conf status=Accepted$/);
    interruption.abort();
    assertEquals(await code, 0);
  }));

Deno.test("inspect messages --json prints an object a line", () =>
  withCharger(async (charger) => {
    const { output, at } = paper();
    const interruption = new AbortController();
    const nextLook = () => Promise.resolve();
    const onlooker = { output, isTerminal: false, interrupted: interruption.signal, nextLook };
    const code = inspect({ ...LOOK, view: "messages", socket: charger.path, json: true }, onlooker);
    await charger.listened();
    charger.frame("FrameSent", '[2,"1","Heartbeat",{}]');
    assertEquals(JSON.parse(await at(0)).frame, [2, "1", "Heartbeat", {}]);
    interruption.abort();
    assertEquals(await code, 0);
  }));

Deno.test("inspect --watch draws again and again, and on a terminal over the last picture", () =>
  withCharger(async (charger) => {
    const { output, lines } = paper();
    const interruption = new AbortController();
    let looks = 0;
    // Between two pictures the power goes, and before the third the onlooker.
    const nextLook = () => {
      looks += 1;
      if (looks === 1) charger.powerOff();
      else interruption.abort();
      return Promise.resolve();
    };
    const onlooker = { output, isTerminal: true, interrupted: interruption.signal, nextLook };
    assertEquals(await inspect({ ...LOOK, socket: charger.path, watch: true }, onlooker), 0);
    assertEquals(lines.length, 2);
    assertStringIncludes(lines[0] ?? "", "\x1b[H\x1b[J");
    assertStringIncludes(lines[0] ?? "", "connector:1");
    assertEquals(lines[1], "\x1b[H\x1b[Jswitch the power on, or wait for the next boot: no actor is running");
  }));

Deno.test("inspect without an answer says where it asked and what to give", async () => {
  const { output } = paper();
  const { signal } = new AbortController();
  const onlooker = { output, isTerminal: false, interrupted: signal, nextLook: () => Promise.resolve() };
  const refused = await assertRejects(
    () => inspect({ ...LOOK, socket: "/tmp/nowhere.sock" }, onlooker),
    Refused,
  );
  assertEquals(
    refused.message,
    "start the charger, or give --socket PATH: nobody answers at /tmp/nowhere.sock",
  );
});

Deno.test("inspect tells in the charger's words why it shows nothing", () =>
  withCharger(async (charger) => {
    charger.powerOff();
    const { message } = await assertRejects(() => look(charger, { view: "tree" }), Refused);
    assertEquals(message, "switch the power on, or wait for the next boot: no actor is running");
  }));

Deno.test("inspect --watch ends with the charger", async () => {
  const charger = await watchCharger();
  const { output, lines } = paper();
  const { signal } = new AbortController();
  const onlooker = { output, isTerminal: false, interrupted: signal, nextLook: () => charger.close() };
  const watching = inspect({ ...LOOK, socket: charger.path, watch: true }, onlooker);
  const { message } = await assertRejects(() => watching, Refused);
  assertEquals([message, lines.length], [`look again: the charger at ${charger.path} has gone`, 1]);
});

Deno.test("inspect messages ends with the charger", async () => {
  const charger = await watchCharger();
  const { output } = paper();
  const { signal } = new AbortController();
  const onlooker = { output, isTerminal: false, interrupted: signal, nextLook: () => Promise.resolve() };
  const watching = inspect({ ...LOOK, view: "messages", socket: charger.path }, onlooker);
  await charger.listened();
  const ended = assertRejects(() => watching, Refused);
  await charger.close();
  assertStringIncludes((await ended).message, "has gone");
});

Deno.test("inspect limits draws what is coming, and with --what-if before and after", () =>
  withCharger(async (charger) => {
    assertStringIncludes(await look(charger, { view: "limits", duration: "120" }), "what is coming");
    const file = await Deno.makeTempFile({ prefix: "chargerd-test-" });
    try {
      const csChargingProfiles = profile({ 0: 8 }, { id: 2, level: 1, duration: 30 });
      await Deno.writeTextFile(file, JSON.stringify({ connectorId: 1, csChargingProfiles }));
      const text = await look(charger, { view: "limits", duration: "90", whatIf: file });
      assertEquals(text.split("\n").filter((line) => /^(before|after)$/.test(line)), ["before", "after"]);
    } finally {
      await Deno.remove(file);
    }
  }));

Deno.test("inspect security draws the profile, the certificates, the log and what waits", () =>
  withCharger(async (charger) => {
    const text = await look(charger, { view: "security" });
    for (
      const word of [
        "to be proven: 2",
        "CN=root",
        "broken at entry 3, 4 will never be sent",
        "StartupOfTheDevice",
      ]
    ) {
      assertStringIncludes(text, word);
    }
  }));

Deno.test("inspect limits --what-if: a file that is none is said in a sentence", () =>
  withCharger(async (charger) => {
    const whatIf = "/nowhere/profile.json";
    const error = await assertRejects(() => look(charger, { view: "limits", whatIf }), Refused);
    assertStringIncludes(error.message, "give --what-if a file that can be read");
  }));

Deno.test("inspect parked --after asks for those behind it", () =>
  withCharger(async (charger) => {
    assertMatch(await look(charger, { view: "parked", after: "5" }), /^nothing is parked/);
    await assertRejects(() => look(charger, { view: "parked", after: "last" }), Refused, "give after=…");
  }));
