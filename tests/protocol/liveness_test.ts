/** Whether the peer of a connection is there (RFC 6455 §5.5.2, §5.5.3; OCPP 1.6 §3.7.1; decision D-offline-attempts). */
import { assertEquals } from "@std/assert";
import type { LivenessEffect, LivenessEvent } from "../../protocol/liveness.ts";
import { justOpened, liveness } from "../../protocol/liveness.ts";

const frame = { kind: "FrameReceived", text: `[2,"c","ClearCache",{}]` } as const;
const answerA = { kind: "FrameReceived", text: `[3,"a",{}]` } as const;
const pong = { kind: "PongReceived" } as const;
const interval = { kind: "PingDue" } as const;
const overdueA = { kind: "AnswerOverdue", id: "a" } as const;
const overdueB = { kind: "AnswerOverdue", id: "b" } as const;
const signOverdueA = { kind: "SignOverdue", id: "a" } as const;
const signOverdueB = { kind: "SignOverdue", id: "b" } as const;
const wordOverdueA = { kind: "WordOverdue", id: "a" } as const;
const wordOverdueB = { kind: "WordOverdue", id: "b" } as const;

const ping: LivenessEffect = { kind: "SendPing" };
const probeA: LivenessEffect = { kind: "Probe", id: "a" };
const probeB: LivenessEffect = { kind: "Probe", id: "b" };
const timeOutA: LivenessEffect = { kind: "TimeOutCall", id: "a", isFirst: true };
const timeOutB: LivenessEffect = { kind: "TimeOutCall", id: "b", isFirst: true };
const timeOutSpokenA: LivenessEffect = { kind: "TimeOutCall", id: "a", isFirst: false };
const timeOutNextB: LivenessEffect = { kind: "TimeOutCall", id: "b", isFirst: false };
const mute: LivenessEffect = { kind: "CutDeadPeer", why: "it lives, and says nothing" };
const dead: LivenessEffect = { kind: "CutDeadPeer", why: "an answer is overdue, and so is a pong" };
const silent: LivenessEffect = { kind: "CutDeadPeer", why: "2 pings unanswered" };

/** Of a connection that has just been opened. */
function check(
  sentence: string,
  events: readonly LivenessEvent[],
  expected: readonly (LivenessEffect | null)[],
): void {
  Deno.test({ name: `liveness: ${sentence}`, permissions: "none" }, () => {
    let facts = justOpened;
    const effects = events.map((event) => {
      const step = liveness(facts, event);
      facts = step.next;
      return step.effect;
    });
    assertEquals(effects, expected);
  });
}

check("two intervals without a sign are borne, and the third ends it", [interval, interval, interval], [
  ping,
  ping,
  silent,
]);
check("a pong begins the intervals anew", [interval, interval, pong, interval, interval, interval], [
  ping,
  ping,
  null,
  ping,
  ping,
  silent,
]);
check("so does a frame", [interval, interval, frame, interval], [ping, ping, null, ping]);
check(
  "an overdue answer asks for a sign, and a pong makes it a time-out when the answer has had its time too",
  [
    overdueA,
    pong,
    signOverdueA,
  ],
  [probeA, null, timeOutA],
);
check("without a sign the link is lost, and nothing has timed out", [overdueA, signOverdueA], [
  probeA,
  dead,
]);
check("what was heard before is no sign", [frame, pong, overdueA, signOverdueA], [
  null,
  null,
  probeA,
  dead,
]);
check(
  "of one that has answered no ping yet a frame is a sign as well: not all do",
  [interval, frame, overdueA, frame, signOverdueA],
  [ping, null, probeA, null, timeOutSpokenA],
);
check("of one that pongs it is none: what comes in does not show that anything gets out", [
  pong,
  overdueA,
  frame,
  frame,
  signOverdueA,
], [null, probeA, null, null, dead]);
check("the answer itself shows it, though it comes late and the pong later", [
  pong,
  overdueA,
  answerA,
  frame,
  signOverdueA,
], [null, probeA, null, null, timeOutSpokenA]);
check("nor behind a probe that it has answered", [
  overdueA,
  frame,
  pong,
  signOverdueA,
  overdueB,
  frame,
  signOverdueB,
], [probeA, null, null, timeOutSpokenA, probeB, null, dead]);
check("a frame, and then the pong", [overdueA, frame, pong, signOverdueA], [
  probeA,
  null,
  null,
  timeOutSpokenA,
]);
check("a pong of before is no sign, and two are one", [pong, overdueA, pong, pong, signOverdueA], [
  null,
  probeA,
  null,
  null,
  timeOutA,
]);
check("a probe is no ping of the interval", [interval, interval, overdueA, interval], [
  ping,
  ping,
  probeA,
  silent,
]);
check("of two overdue answers the later one counts", [
  overdueA,
  overdueB,
  signOverdueA,
  signOverdueB,
], [probeA, probeB, null, dead]);
check("what was judged is judged once", [overdueA, pong, signOverdueA, pong, signOverdueA], [
  probeA,
  null,
  timeOutA,
  null,
  null,
]);
check("D-silent: one that lives and says nothing behind an unanswered CALL is left", [
  overdueA,
  pong,
  signOverdueA,
  pong,
  wordOverdueA,
], [probeA, null, timeOutA, null, mute]);
check("what is left unanswered next puts that off no further", [
  overdueA,
  pong,
  signOverdueA,
  overdueB,
  pong,
  signOverdueB,
  wordOverdueA,
], [probeA, null, timeOutA, probeB, null, timeOutNextB, mute]);
check("a word ends it", [overdueA, pong, signOverdueA, frame, wordOverdueA], [
  probeA,
  null,
  timeOutA,
  null,
  null,
]);
check("and it begins anew with the next that is unanswered", [
  overdueA,
  pong,
  signOverdueA,
  frame,
  overdueB,
  pong,
  signOverdueB,
  wordOverdueA,
  wordOverdueB,
], [probeA, null, timeOutA, null, probeB, null, timeOutB, null, mute]);
check(
  "D-silent: who spoke while it was probed, as with a late answer, is not left for being silent since",
  [overdueA, pong, frame, signOverdueA, interval, pong, wordOverdueA],
  [probeA, null, null, timeOutSpokenA, ping, null, null],
);
check("what another connection left unanswered is of no interest", [wordOverdueA], [null]);
