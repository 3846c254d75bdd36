/**
 * Whether the peer of an open connection is there: by what is heard of it, and by the pings that ask it (RFC 6455 §5.5.2, §5.5.3).
 *
 * Law: only a peer that is there can leave a CALL unanswered. One that gives no sign after a ping that was sent for an overdue answer
 * is a lost link, which is nobody's refusal (OCPP 1.6 §3.7.1); so is one that was silent for two ping intervals. The sign is a pong, or a
 * frame that names the CALL: what comes in otherwise does not show that anything gets out. Of one that has answered no ping on this
 * connection, as not all do, any frame is a sign. One that lives and says
 * nothing is left as well: it may hold a connection of which nobody behind it knows (decision D-silent).
 */

export interface Liveness {
  /** Ping intervals since it was heard last. */
  readonly silentIntervals: number;
  /** It has answered a ping. */
  readonly pongs: boolean;
  /** The CALL for whose overdue answer it was pinged last; null once that is judged. Since then: does it hear the charger, has it spoken? */
  readonly probe: { readonly id: string; readonly hears: boolean; readonly speaks: boolean } | null;
  /** The first CALL that it has left unanswered since a frame came last; null: none. */
  readonly unanswered: string | null;
}

export type LivenessEvent =
  | { readonly kind: "FrameReceived"; readonly text: string }
  | { readonly kind: "PongReceived" }
  | { readonly kind: "PingDue" }
  | { readonly kind: "AnswerOverdue"; readonly id: string }
  /** `probeMs` after the probe for that CALL. */
  | { readonly kind: "SignOverdue"; readonly id: string }
  /** `wordMs` after the time-out of that CALL. */
  | { readonly kind: "WordOverdue"; readonly id: string };

export type LivenessEffect =
  /** Of the interval: the next one follows an interval later. */
  | { readonly kind: "SendPing" }
  /** A ping beside them, after which `SignOverdue` is due. */
  | { readonly kind: "Probe"; readonly id: string }
  /** It is there, and has not answered. Where that is the first since a frame came, `WordOverdue` is due. */
  | { readonly kind: "TimeOutCall"; readonly id: string; readonly isFirst: boolean }
  | { readonly kind: "CutDeadPeer"; readonly why: string };

export interface LivenessStep {
  readonly next: Liveness;
  readonly effect: LivenessEffect | null;
}

/** The time for a sign, and for the answer behind it: a network that takes longer is of no use to a driver who waits. */
export const probeMs = 10_000;
/** Longer than a message is tried by default, so that its attempts are of one connection; and a backend that was overloaded may recover. */
export const wordMs = 600_000;
/** Intervals without a sign of life after which the peer is dead. */
const silentIntervalsMax = 2;

/** Of a connection that has just been opened. */
export const justOpened: Liveness = { silentIntervals: 0, pongs: false, probe: null, unanswered: null };

export function liveness(facts: Liveness, event: LivenessEvent): LivenessStep {
  const { silentIntervals, pongs, probe, unanswered } = facts;
  switch (event.kind) {
    case "FrameReceived":
      return quiet({ ...facts, silentIntervals: 0, probe: spoken(probe, event.text), unanswered: null });
    case "PongReceived":
      return quiet({ ...facts, silentIntervals: 0, pongs: true, probe: probe && { ...probe, hears: true } });
    case "PingDue":
      return silentIntervals >= silentIntervalsMax
        ? cut(facts, `${silentIntervalsMax} pings unanswered`)
        : { next: { ...facts, silentIntervals: silentIntervals + 1 }, effect: { kind: "SendPing" } };
    case "AnswerOverdue": {
      const { id } = event;
      const asked = { id, hears: false, speaks: false };
      return { next: { ...facts, probe: asked }, effect: { kind: "Probe", id } };
    }
    case "SignOverdue":
      if (probe?.id !== event.id) return quiet(facts);
      return probe.hears || (probe.speaks && !pongs)
        ? timedOut(facts, event.id, probe.speaks)
        : cut(facts, "an answer is overdue, and so is a pong");
    case "WordOverdue":
      return unanswered === event.id ? cut(facts, "it lives, and says nothing") : quiet(facts);
  }
}

function quiet(next: Liveness): LivenessStep {
  return { next, effect: null };
}

/**
 * No verdict yet: what a network has held up comes all at once, and a pong, which needs no application, before the answer. Who names the
 * CALL has it: its id is known to nobody else.
 */
function spoken(probe: Liveness["probe"], text: string): Liveness["probe"] {
  return probe && { ...probe, speaks: true, hears: probe.hears || text.includes(`"${probe.id}"`) };
}

/** It is there, and its time is over: what it was pinged for is its own failure, unless that was answered late. Who speaks is not silent. */
function timedOut(facts: Liveness, id: string, speaks: boolean): LivenessStep {
  const isFirst = facts.unanswered === null && !speaks;
  return {
    next: { ...facts, probe: null, unanswered: isFirst ? id : facts.unanswered },
    effect: { kind: "TimeOutCall", id, isFirst },
  };
}

function cut(facts: Liveness, why: string): LivenessStep {
  return { next: facts, effect: { kind: "CutDeadPeer", why } };
}
