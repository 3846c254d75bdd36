/**
 * A mailbox has a limit, says what it loses, and loses what may be lost first (architecture, rule 5).
 *
 * Law: every message sent is handled, or its loss is in the trace.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { createRig, type Rig, supervisor } from "./rig.ts";

function check(says: string, test: () => Promise<void>): void {
  Deno.test(`mailbox: ${says}`, { permissions: "none" }, test);
}

async function startOne(rig: Rig, mailboxMax: number): Promise<void> {
  const droppable = ({ kind }: { readonly kind: string }) => kind === "Sample";
  await rig.start(
    supervisor("root", "one_for_one", [rig.actor("a", { mailbox: { mailboxMax, droppable } })]),
  );
  rig.news();
}

function send(rig: Rig, kind: string, name: string): boolean {
  return rig.tell("a", () => void rig.log.push(name), kind);
}

check(
  "the message that is one too many is refused, and there is room again when one was handled",
  async () => {
    const rig = createRig();
    await startOne(rig, 2);
    assertEquals(["1", "2", "3"].map((name) => send(rig, "Start", name)), [true, true, false]);
    await rig.clock.advance(0);
    assertEquals(["4", "5", "6"].map((name) => send(rig, "Start", name)), [true, true, false]);
    await rig.clock.advance(0);
    assertEquals(rig.news(), ["1", "2", "4", "5"]);
    assertEquals(rig.facts("overflow").map(({ message, lost }) => [message, lost]), [["Start", "new"], [
      "Start",
      "new",
    ]]);
  },
);

check("the oldest sample makes room, for a newer sample too", async () => {
  const rig = createRig();
  await startOne(rig, 3);
  send(rig, "Start", "start");
  send(rig, "Sample", "s1");
  send(rig, "Sample", "s2");
  assertEquals(send(rig, "Stop", "stop"), true);
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["start", "s2", "stop"]);
  for (const name of ["s1", "s2", "s3", "s4"]) assertEquals(send(rig, "Sample", name), true);
  assertEquals(rig.actorNode("a").mailboxDepth, 3);
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["s2", "s3", "s4"]);
  assertEquals(rig.facts("overflow").map(({ lost }) => lost), ["old", "old"]);
});

check("when nothing in it may be lost, a sample is refused like anything else", async () => {
  const rig = createRig();
  await startOne(rig, 1);
  send(rig, "Start", "start");
  assertEquals([send(rig, "Sample", "s1"), send(rig, "Stop", "stop")], [false, false]);
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["start"]);
});

check("by default it holds 1,000 and drops nothing", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  let taken = 0;
  for (let n = 0; n < 1001; n++) if (rig.tell("a", () => {}, "Sample")) taken++;
  const { mailboxDepth, mailboxMax } = rig.actorNode("a");
  assertEquals([taken, mailboxDepth, mailboxMax], [1000, 1000, 1000]);
});

check("a limit that lets nothing in is refused", () => {
  for (const mailboxMax of [0, -1, NaN]) {
    assertThrows(
      () => createRig().actor("a", { mailbox: { mailboxMax } }),
      RangeError,
      "mailboxMax of 1 or more",
    );
  }
  return Promise.resolve();
});
