/** What is kept of the kernel's trace. */
import { assertEquals } from "@std/assert";
import type { Fact } from "../../actors/otp/trace.ts";
import { createObservatory, type PassedFrame } from "../../console/observatory.ts";

/** 2026-01-01T00:00:00Z. */
const WALL_MS = 1_767_225_600_000;

function observed(...facts: readonly Fact[]) {
  const observatory = createObservatory();
  facts.forEach((fact, i) => observatory.record({ ...fact, atMs: i, wallMs: WALL_MS + i }));
  return observatory;
}

function test(sentence: string, proves: () => void): void {
  Deno.test({ name: `observatory: ${sentence}`, permissions: "none" }, proves);
}

function message(actor: string, kind: string): Fact {
  return { kind: "message", actor, message: kind };
}

function frame(effect: "FrameSent" | "FrameReceived", text: string): Fact {
  return { kind: "effect", actor: "link", effect, detail: text };
}

function crash(n: number): Fact {
  const secret = { kind: "ChangeConfiguration", ...{ key: "AuthorizationKey", value: "s3cret" } };
  const error = `Error: ${n} s3cret`;
  return {
    kind: "crash",
    actor: "a",
    incarnation: n,
    message: secret,
    error,
    stack: `${error}\n  at x`,
    restarts: n,
  };
}

test("each event stands at its actor, with its time", () => {
  const observatory = observed(message("a", "One"), message("b", "Two"), message("a", "Three"));
  assertEquals(observatory.events("a"), [
    { at: "2026-01-01T00:00:00.000Z", kind: "message", actor: "a", message: "One" },
    { at: "2026-01-01T00:00:00.002Z", kind: "message", actor: "a", message: "Three" },
  ]);
  assertEquals(observatory.events("c"), []);
});

test("a restart and a give-up stand at both, the supervisor and the child", () => {
  const restart: Fact = {
    kind: "restart",
    supervisor: "s",
    child: "a",
    strategy: "one_for_all",
    stops: [],
    starts: ["a", "b"],
  };
  const observatory = observed(restart, { kind: "gaveUp", supervisor: "s", child: "a", retryInMs: null });
  assertEquals(observatory.events("s").map(({ kind }) => kind), ["restart", "gaveUp"]);
  assertEquals(observatory.events("a").map(({ kind }) => kind), ["restart", "gaveUp"]);
  assertEquals(observatory.events("b"), []);
  assertEquals([...observatory.counters().restarts], [["a", 1]]);
});

test("of an actor's events the last 100 are kept", () => {
  const observatory = observed(...Array.from({ length: 250 }, (_, i) => message("a", `${i}`)));
  const kinds = observatory.events("a").map(({ message }) => message);
  assertEquals([kinds.length, kinds[0], kinds[99]], [100, "150", "249"]);
});

test("a crash is kept without its message and without its secrets", () => {
  const observatory = observed(crash(0));
  const report = { incarnation: 0, message: "ChangeConfiguration", error: "Error: 0 ***", restarts: 0 };
  const stack = "Error: 0 ***\n  at x";
  assertEquals(observatory.crashes("a"), [{ at: "2026-01-01T00:00:00.000Z", ...report, stack }]);
  assertEquals(observatory.events("a"), [{
    at: "2026-01-01T00:00:00.000Z",
    kind: "crash",
    actor: "a",
    ...report,
    message: { kind: "ChangeConfiguration" },
    stack,
  }]);
});

test("crashes outlast events, the last 10 of each actor", () => {
  const crashes = Array.from({ length: 12 }, (_, n) => crash(n));
  const messages = Array.from({ length: 100 }, () => message("a", "More"));
  const observatory = observed(...crashes, ...messages);
  assertEquals(observatory.crashes("a").map(({ incarnation }) => incarnation), [
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
  ]);
  assertEquals(observatory.events("a").some(({ kind }) => kind === "crash"), false);
  assertEquals([...observatory.counters().crashes], [["a", 12]]);
});

test("frames are counted by direction and kind", () => {
  const observatory = observed(
    frame("FrameSent", '[2,"1","Heartbeat",{}]'),
    frame("FrameReceived", '[3,"1",{}]'),
    frame("FrameReceived", '[3,"2",{}]'),
    frame("FrameSent", '[4,"3","GenericError","",{}]'),
    frame("FrameReceived", "hello"),
    { kind: "effect", actor: "link", effect: "LinkClosed", detail: '[2,"1","Heartbeat",{}]' },
  );
  assertEquals(observatory.counters().frames, {
    sent: { Call: 1, CallResult: 0, CallError: 1, unreadable: 0 },
    received: { Call: 0, CallResult: 2, CallError: 0, unreadable: 1 },
  });
});

test("latencies are measured on the monotonic clock, until the link closes", () => {
  const observatory = observed(
    frame("FrameSent", '[2,"1","Heartbeat",{}]'),
    frame("FrameReceived", '[3,"1",{}]'),
    frame("FrameSent", '[2,"2","Heartbeat",{}]'),
    { kind: "effect", actor: "link", effect: "LinkClosed", detail: {} },
    frame("FrameReceived", '[3,"2",{}]'),
  );
  assertEquals(observatory.counters().latencies.map(({ count, sumS }) => [count, sumS]), [[1, 0.001]]);
});

test("a frame stands in its actor's events as JSON, a very long one by its length", () => {
  const long = JSON.stringify([2, "1", "DataTransfer", { data: "x".repeat(5_000) }]);
  const key = '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cret"}]';
  const observatory = observed(frame("FrameReceived", key), frame("FrameReceived", long));
  assertEquals(observatory.events("link").map(({ detail }) => detail), [
    [2, "1", "ChangeConfiguration", { key: "AuthorizationKey", value: "***" }],
    `(${long.length} characters)`,
  ]);
});

test("whoever listens hears every frame until it leaves, even from within a call", () => {
  const observatory = createObservatory();
  const heard: PassedFrame[] = [];
  let first = 0;
  const leave = observatory.listen(() => {
    first += 1;
    leave();
  });
  observatory.listen((frame) => heard.push(frame));
  const event = frame("FrameSent", '[3,"1",{}]');
  observatory.record({ ...event, atMs: 0, wallMs: WALL_MS });
  observatory.record({ ...event, atMs: 1, wallMs: WALL_MS });
  const expected: PassedFrame = { wallMs: WALL_MS, direction: "sent", text: '[3,"1",{}]' };
  assertEquals([first, heard], [1, [expected, expected]]);
});
