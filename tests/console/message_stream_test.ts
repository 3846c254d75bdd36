/** The frames as server-sent events: each frame, in order, without secrets; and slow readers are dropped. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FrameEvent } from "../../console/answers.ts";
import { eventData } from "../../console/event_stream.ts";
import { createMessageStreams, READERS_MAX } from "../../console/message_stream.ts";
import { createObservatory } from "../../console/observatory.ts";
import { askerAt } from "./socket_asker.ts";
import { SECRET, watchCharger } from "./watched_charger.ts";

/** Of 60 kB each: 9 MB. */
const FRAMES = 150;

function frame(text: string) {
  const effect = { kind: "effect", actor: "link", effect: "FrameSent", detail: text } as const;
  return { ...effect, atMs: 0, wallMs: 1_767_225_600_000 };
}

Deno.test("messages: each frame is an event, from the moment at which the answer has begun", async () => {
  const charger = await watchCharger();
  try {
    using asker = askerAt(charger.path);
    const events = eventData(await asker.stream("/messages"));
    const first = events.next();
    charger.frame("FrameSent", '[2,"1","Heartbeat",{}]');
    charger.frame("FrameReceived", '[3,"1",{"currentTime":"2026-01-01T00:00:00.000Z"}]');
    charger.frame("FrameReceived", "not a frame");
    const told = [await first, await events.next(), await events.next()].map(({ value }) =>
      JSON.parse(value ?? "")
    );
    const { at: _, ...heartbeat } = FrameEvent.parse(told[0]);
    assertEquals(heartbeat, { direction: "sent", frame: [2, "1", "Heartbeat", {}] });
    assertEquals(told[1].frame, [3, "1", { currentTime: "2026-01-01T00:00:00.000Z" }]);
    assertEquals([told[2].direction, told[2].frame], ["received", "not a frame"]);
    await events.return(undefined);
  } finally {
    await charger.close();
  }
});

Deno.test("messages: the answer says what it is", async () => {
  const charger = await watchCharger();
  try {
    using client = Deno.createHttpClient({ proxy: { transport: "unix", path: charger.path } });
    const response = await fetch("http://charger/messages", { client });
    assertEquals(response.headers.get("content-type"), "text/event-stream");
    await response.body?.cancel();
  } finally {
    await charger.close();
  }
});

Deno.test("messages: the socket's end is the stream's end", async () => {
  const charger = await watchCharger();
  using asker = askerAt(charger.path);
  const reader = (await asker.stream("/messages")).getReader();
  await reader.read();
  await charger.close();
  await assertRejects(() => reader.read());
});

Deno.test({
  name: "messages: an event is two lines and an empty one, and shows no secret",
  permissions: "none",
}, async () => {
  const observatory = createObservatory();
  const reader = createMessageStreams(observatory).open()?.getReader();
  assert(reader !== undefined);
  const text = async () => new TextDecoder().decode((await reader.read()).value);
  assertEquals(await text(), ": listening\n\n");
  observatory.record(frame(`[2,"1","ChangeConfiguration",\n{"key":"AuthorizationKey","value":"${SECRET}"}]`));
  assertEquals(
    await text(),
    'event: frame\ndata: {"at":"2026-01-01T00:00:00.000Z","direction":"sent",' +
      '"frame":[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"***"}]}\n\n',
  );
});

Deno.test("messages: a slow reader is dropped while a quick one misses nothing", async () => {
  const observatory = createObservatory();
  const streams = createMessageStreams(observatory);
  const [slow, quick] = [streams.open(), streams.open()];
  assert(slow !== null && quick !== null);
  const events = eventData(quick);
  const text = JSON.stringify([2, "1", "DataTransfer", { data: "x".repeat(60_000) }]);
  // 1 MiB is 17 of these: the slow one, which reads none, is dropped at the 18th.
  for (let count = 1; count <= 40; count++) {
    observatory.record(frame(text));
    assertStringIncludes((await events.next()).value ?? "", text);
    assertEquals(streams.readers(), count < 19 ? 2 : 1, `after ${count} frames`);
  }
  await assertRejects(() => slow.getReader().read(), Error, "read faster");
});

Deno.test("messages: over the socket too, a reader that stopped reading is dropped", async () => {
  const charger = await watchCharger();
  try {
    using asker = askerAt(charger.path);
    const slow = eventData(await asker.stream("/messages"));
    const quick = eventData(await asker.stream("/messages"));
    const text = JSON.stringify([2, "1", "DataTransfer", { data: "x".repeat(60_000) }]);
    // Ours are 1 MiB; the system's socket and the client's own buffers take some more, and far less than all of it.
    for (let count = 0; count < FRAMES; count++) {
      const next = quick.next();
      charger.frame("FrameSent", text);
      assertStringIncludes((await next).value ?? "", text);
    }
    let read = 0;
    await assertRejects(async () => {
      while (read < FRAMES && !(await slow.next()).done) read += 1;
    });
    assert(read < FRAMES, `it was dropped, and read ${read} of ${FRAMES}`);
    await quick.return(undefined);
  } finally {
    await charger.close();
  }
});

Deno.test({
  name: "messages: so many read at once and no more, until one of them leaves",
  permissions: "none",
}, async () => {
  const streams = createMessageStreams(createObservatory());
  const open = Array.from({ length: READERS_MAX }, () => streams.open());
  assertEquals([streams.readers(), streams.open()], [READERS_MAX, null]);
  await open[0]?.cancel();
  assertEquals(streams.readers(), READERS_MAX - 1);
  assert(streams.open() !== null);
});

Deno.test("messages: the ninth reader gets 503", async () => {
  const charger = await watchCharger();
  try {
    using asker = askerAt(charger.path);
    const open = await Promise.all(Array.from({ length: READERS_MAX }, () => asker.stream("/messages")));
    assertEquals((await asker.get("/messages")).status, 503);
    for (const stream of open) await stream.cancel();
  } finally {
    await charger.close();
  }
});
