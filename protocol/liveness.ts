/**
 * Whether the peer of an open connection is there: by what is heard of it, and by the pings that ask it (RFC 6455 §5.5.2, §5.5.3).
 *
 * Law: only a peer that is there can leave a CALL unanswered. One that gives no sign after a ping that was sent for an overdue answer
 * is a lost link, which is nobody's refusal (OCPP 1.6 §3.7.1); so is one that was silent for two ping intervals.
 */

export interface Liveness {
  /** Ping intervals since it was heard last. */
  readonly silentIntervals: number;
  /** The CALL for whose overdue answer it was pinged last, and whether a frame has come since; null once that is judged. */
  readonly probe: { readonly id: string; readonly isHeard: boolean } | null;
}

export type LivenessEvent =
  | { readonly kind: "FrameReceived" }
  | { readonly kind: "PongReceived" }
  | { readonly kind: "PingDue" }
  | { readonly kind: "AnswerOverdue"; readonly id: string }
  /** `probeMs` after the probe for that CALL. */
  | { readonly kind: "SignOverdue"; readonly id: string };

export type LivenessEffect =
  /** Of the interval: the next one follows an interval later. */
  | { readonly kind: "SendPing" }
  /** A ping beside them, after which `SignOverdue` is due. */
  | { readonly kind: "Probe"; readonly id: string }
  /** It is there, and has not answered. */
  | { readonly kind: "TimeOutCall"; readonly id: string }
  | { readonly kind: "CutDeadPeer"; readonly why: string };

export interface LivenessStep {
  readonly next: Liveness;
  readonly effect: LivenessEffect | null;
}

/** The time for a pong: a network that takes longer is of no use to a driver who waits. */
export const probeMs = 10_000;
/** Intervals without a sign of life after which the peer is dead. */
const silentIntervalsMax = 2;

/** Of a connection that has just been opened. */
export const justOpened: Liveness = { silentIntervals: 0, probe: null };

export function liveness(facts: Liveness, event: LivenessEvent): LivenessStep {
  const { silentIntervals, probe } = facts;
  switch (event.kind) {
    // No verdict yet: behind what a network held up the answer itself may come.
    case "FrameReceived":
      return quiet({ silentIntervals: 0, probe: probe === null ? null : { ...probe, isHeard: true } });
    // Whatever the peer said before it read the ping has come before this.
    case "PongReceived":
      return judged({ silentIntervals: 0, probe: null }, probe?.id);
    case "PingDue":
      return silentIntervals >= silentIntervalsMax
        ? cut(facts, `${silentIntervalsMax} pings unanswered`)
        : { next: { silentIntervals: silentIntervals + 1, probe }, effect: { kind: "SendPing" } };
    case "AnswerOverdue": {
      const { id } = event;
      return { next: { silentIntervals, probe: { id, isHeard: false } }, effect: { kind: "Probe", id } };
    }
    case "SignOverdue":
      if (probe?.id !== event.id) return quiet(facts);
      return probe.isHeard
        ? judged({ silentIntervals, probe: null }, probe.id)
        : cut(facts, "an answer is overdue, and so is a pong");
  }
}

function quiet(next: Liveness): LivenessStep {
  return { next, effect: null };
}

function judged(next: Liveness, id: string | undefined): LivenessStep {
  return { next, effect: id === undefined ? null : { kind: "TimeOutCall", id } };
}

function cut(facts: Liveness, why: string): LivenessStep {
  return { next: facts, effect: { kind: "CutDeadPeer", why } };
}
