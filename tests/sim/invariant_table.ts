/**
 * The invariants of the simulation in words: what each says, when it is looked at, and where.
 *
 * Law: this list is the source; the README's table is printed from it, and a test holds both it and the code to it. The ids are
 * those of notes/reliability.md B3.
 */

export interface Invariant {
  readonly id: string;
  readonly says: string;
  readonly checked: readonly Check[];
  /** In `tests/sim/`: where a breach of it is called so. */
  readonly files: readonly string[];
}

/** `event`: after each event on the clock. `commit`: at each that becomes durable. `frame`: at each that is sent or received. */
export type Check = "event" | "commit" | "frame" | "restart" | "at rest" | "after the run";

export const invariants: readonly Invariant[] = [
  {
    id: "I1",
    says:
      "a closed contactor has power, a plug at both ends, no fault, a living charger, and a durable transaction",
    checked: ["event"],
    files: ["contactor_watch.ts"],
  },
  {
    id: "I2",
    says:
      "transactions and the central system's ledger are one to one: each has one Start and one Stop and all that was measured and not thinned, nothing is invented, nothing is set aside but what was refused, and nothing is left so; of a bill of which a record was damaged each other message has come, or is shown by GET /parked, and so is a bill that has no end; a StartTransaction that was damaged while it waited is no excuse, nor a StopTransaction that is shown without what began it; the status counts as many as are shown; a damaged open transaction is billed as any other",
    checked: ["commit", "at rest"],
    files: ["bill_watch.ts", "end_state.ts", "survivors.ts"],
  },
  {
    id: "I3",
    says:
      "of a transaction come Start, MeterValues, Stop, in that order, once and under a known id; neither time nor energy falls",
    checked: ["frame", "at rest"],
    files: ["invariants.ts", "end_state.ts"],
  },
  {
    id: "I4",
    says:
      "transactions of one connector do not overlap, and none is dated before what an earlier boot has written, unless the clock was set back; each is dated when it began and when it was over, as the contactor and the status have shown it, or at its last sign of life before a power cut",
    checked: ["commit"],
    files: ["bill_watch.ts", "date_watch.ts", "stop_watch.ts"],
  },
  {
    id: "I5",
    says:
      "what is billed is what the hardware has delivered, to 1 Wh a transaction, or to the step of its meter; less only beyond what a meter told last that was silent for as long as it is waited for; no true register is disbelieved",
    checked: ["commit"],
    files: ["bill_watch.ts"],
  },
  {
    id: "I6",
    says:
      "nothing waits: no message in queue or mailbox, no record that is owed, no timer but the periodic ones",
    checked: ["at rest"],
    files: ["end_state.ts"],
  },
  {
    id: "I7",
    says: "one CALL is in flight at a time; each CALL to the charger is answered once, with its own id",
    checked: ["frame", "at rest"],
    files: ["wire_watch.ts", "end_state.ts"],
  },
  {
    id: "I8",
    says: "a transaction message is sent only while it is the oldest, and as it stands in the store",
    checked: ["frame"],
    files: ["wire_watch.ts"],
  },
  {
    id: "I9",
    says:
      "no energy for an idTag that was refused, nor after a remote stop was accepted, nor in a transaction that was shown as Finishing, whatever fails, but where a disk has refused everything until power was cut",
    checked: ["event"],
    files: ["contactor_watch.ts", "stop_watch.ts"],
  },
  {
    id: "I10",
    says:
      "each actual change of a status is legal (OCPP 1.6 §4.9), what is reported is an order-preserving part of them, and what was reported last is true",
    checked: ["event", "frame", "at rest"],
    files: ["status_watch.ts", "end_state.ts"],
  },
  {
    id: "I11",
    says:
      "the current offered is within the installed charging profiles, on each connector and on all together",
    checked: ["event"],
    files: ["limit_watch.ts"],
  },
  {
    id: "I12",
    says:
      "the local list is always exactly one that the central system's updates lead to, with all that was Accepted",
    checked: ["frame", "commit"],
    files: ["list_watch.ts"],
  },
  {
    id: "I13",
    says: "a reservation is used once at most, in its time, where and by whom it was made for",
    checked: ["commit"],
    files: ["reservation_watch.ts"],
  },
  {
    id: "I14",
    says: "ChangeConfiguration answered Accepted is durable by then",
    checked: ["frame"],
    files: ["wire_watch.ts"],
  },
  {
    id: "I15",
    says:
      "what is Inoperative is out of use once its transaction has ended, over any restart; and nothing else is",
    checked: ["event"],
    files: ["status_watch.ts"],
  },
  {
    id: "I16",
    says: "each message of a transaction has the id of its StartTransaction.conf, or -1 where there is none",
    checked: ["frame"],
    files: ["wire_watch.ts"],
  },
  {
    id: "I17",
    says:
      "restarts of a supervisor stay within its intensity; when the root has given up every contactor is open",
    checked: ["event", "restart"],
    files: ["supervision_watch.ts"],
  },
  {
    id: "I18",
    says:
      "a failure never takes another connector with it, and as an actor fails no contactor moves but its own",
    checked: ["restart"],
    files: ["supervision_watch.ts"],
  },
  {
    id: "I19",
    says:
      "one connection at a time, of which the outbox knows, a back-off between two dials; BootNotification again only when it is asked for, and before it is accepted only what OCPP 1.6 §4.2 lets it say and answer, anew on a higher security profile",
    checked: ["event", "frame"],
    files: ["invariants.ts", "link_watch.ts", "registration_watch.ts", "wire_watch.ts"],
  },
  {
    id: "I20",
    says: "Heartbeats and samples are no more than their intervals allow, and one",
    checked: ["frame", "commit"],
    files: ["wire_watch.ts", "bill_watch.ts"],
  },
  {
    id: "I21",
    says: "CALLs that wait, mailboxes, timers, and the samples of a transaction, stay bounded",
    checked: ["event"],
    files: ["supervision_watch.ts"],
  },
  {
    id: "I22",
    says: "a recovery that is cut again and again leaves the same in the store as one that is not",
    checked: ["after the run"],
    files: ["recovery.ts"],
  },
  {
    id: "I23",
    says: "the same seed gives the same trace",
    checked: ["after the run"],
    files: ["sweep.ts"],
  },
  {
    id: "I24",
    says: "a large run has taken every rare path, and each kind of fault has fallen in it",
    checked: ["after the run"],
    files: ["sim_report.ts"],
  },
  {
    id: "I25",
    says: "security events arrive at least once, in their order",
    checked: ["frame", "at rest"],
    files: ["event_watch.ts"],
  },
  {
    id: "I26",
    says:
      "of an upload that was accepted the central system hears an end, a true one, and nothing of one that it did not ask for",
    checked: ["frame", "at rest"],
    files: ["log_watch.ts"],
  },
  {
    id: "I27",
    says:
      "the charger comes back, by what the central system demands, and can be rolled over once more; then nothing but that proof is left, or an upgrade that is refused, and no key that nothing uses",
    checked: ["at rest"],
    files: ["roll_over.ts"],
  },
  {
    id: "I28",
    says:
      "no dial below a security profile that has succeeded, a password only with profiles 1 and 2, TLS with 2 and 3; nothing is Accepted that must be refused",
    checked: ["event"],
    files: ["proof_watch.ts"],
  },
  {
    id: "I29",
    says: "no password and no private key is sent, or told in the trace",
    checked: ["frame"],
    files: ["proof_watch.ts"],
  },
];

/** What a breach has broken, in words; null for what is no invariant: a run that threw, hung or died. */
export function wordsOf(id: string): string | null {
  return invariants.find((one) => one.id === id)?.says ?? null;
}

export function invariantRows(): readonly string[] {
  return [
    "| | | checked | `tests/sim/` |",
    "|---|---|---|---|",
    ...invariants.map(({ id, says, checked, files }) =>
      `| ${id} | ${says} | ${checked.join(", ")} | ${files.map((file) => `\`${file}\``).join(", ")} |`
    ),
  ];
}
