/**
 * Bugs that lose or double a transaction, or lock the charger out, as data: each must be found by the simulation, and shrunk (reliability.md B5).
 *
 * Law: `find` stands exactly once in its file; what each breaks can happen only where faults fall at the wrong moment, or is
 * seen by an invariant alone.
 */
import type { Break } from "../mutants/broken_copy.ts";

export interface PlantedBug extends Break {
  /** By which `deno task sim --planted` knows it. */
  readonly id: string;
  readonly what: string;
}

const queue = "actors/transaction_queue.ts";
const book = "actors/transaction_book.ts";

export const plantedBugs: readonly PlantedBug[] = [
  {
    id: "b1",
    what: "the contactor closes before the transaction is durable",
    file: "protocol/connector_status.ts",
    find:
      `return use.kind === "transaction" && use.transaction.mayCharge && use.transaction.interrupted !== true &&`,
    replace: `return (use.kind === "starting" || use.kind === "transaction" && use.transaction.mayCharge) &&`,
  },
  {
    id: "b2",
    what: "a message leaves the store when it is sent, not when it is answered",
    file: queue,
    find: `    const { message, failures } = record;`,
    replace: `    const { message, failures } = record;
    await store.commit({ deletes: [entry.key] });`,
  },
  {
    id: "b3",
    what: "a retry goes to the back of the queue",
    file: queue,
    find: `await store.commit({ sets: [{ key: entry.key, value: counted }] });`,
    replace: `await store.commit({
    sets: [{ key: [...keys.outbox, store.nextSequence()], value: counted }],
    deletes: [entry.key],
  });`,
  },
  {
    id: "b4",
    what: "a retry of StartTransaction has a new timestamp",
    file: queue,
    find: `const call = await completeCall(store, message, transactionId, room, listener.damaged);`,
    replace: `const call = await completeCall(
      store,
      message.action !== "StartTransaction" ? message : {
        ...message,
        payload: {
          ...message.payload,
          timestamp: new Date(Date.parse(message.payload.timestamp) + record.failures * 1_000).toISOString(),
        },
      },
      transactionId,
      room,
      listener.damaged,
    );`,
  },
  {
    id: "i4",
    what: "a clock that has lost its time goes on from the first that was written, not the last",
    file: "actors/boot.ts",
    find: `other.sequence - one.sequence`,
    replace: `one.sequence - other.sequence`,
  },
  {
    id: "i4c",
    what: "no sign of life is stored between two samples",
    file: "actors/connector_transaction.ts",
    find: `    await book.keep({ ...this.#last(record), atMs: this.nowMs() });
`,
    replace: "",
  },
  {
    id: "i4b",
    what: "a stop is dated when its meter has answered, not when it was decided",
    file: book,
    find: `energyWh, atMs: decided.atMs };`,
    replace: `energyWh, atMs: Math.max(decided.atMs, wallMs()) };`,
  },
  {
    id: "i9b",
    what: "a Local stop is shown and not stored",
    file: book,
    find: `      open = decided;
      handedOn.transaction =`,
    replace: `      open = decided;
      if (stop.reason === "Local") return true;
      handedOn.transaction =`,
  },
  {
    id: "b5",
    what: "a boot forgets the transaction that was open",
    file: book,
    find:
      `  let open = await keptRecord(store, transactionKey(connectorId), TransactionRecord, damaged, rebuilt);`,
    replace:
      `  let open = await keptRecord(store, transactionKey(connectorId), TransactionRecord, damaged, rebuilt);
  if (open?.boot !== boot) open = null;`,
  },
  {
    id: "b5b",
    what: "a damaged record of the open transaction ends it without a word",
    file: book,
    find: `checkpoint === null ? null : rebuiltRecord(checkpoint, boot);`,
    replace: `checkpoint === null || checkpoint.localId > 0 ? null : rebuiltRecord(checkpoint, boot);`,
  },
  {
    id: "b6",
    what: "meterStop is below a reading that was sent before",
    file: "actors/connector_transaction.ts",
    find: `stands in (spec/behaviour.md §18).
    const { energyWh } = closing(record, this.#last(record), reading);`,
    replace: `stands in (spec/behaviour.md §18).
    const { energyWh } = closing(record, null, null);`,
  },
  {
    id: "b7",
    what: "the transaction and its StartTransaction are two commits",
    file: book,
    find: `        start,
      ],
      // At most one start uses it: its record goes with the commit that names it.
      deletes: used === null ? [] : [used.key],
    });`,
    replace: `      ],
      deletes: used === null ? [] : [used.key],
    });
    if (outcome.kind === "committed") await store.commit({ sets: [start] });`,
  },
  {
    id: "b8",
    what: "StartTransaction leaves the queue in one commit, and its transactionId comes in the next",
    file: queue,
    find: `        const done = await take(entry, {
          sets: [
            ...(started`,
    replace: `        await store.commit({ deletes: [entry.key] });
        const done = await take(entry, {
          sets: [
            ...(started`,
  },
  {
    id: "b9",
    what: "an answer that comes after its time-out is taken for that of what is in flight by then",
    file: "actors/flight.ts",
    find: `return this.#now?.id === id ? this.#now.cargo : null;`,
    replace: `return id === "" ? null : this.#now?.cargo ?? null;`,
  },
  {
    id: "b10",
    what: "a connector that crashed after its stop was decided charges on",
    file: "actors/connector_behaviour.ts",
    find: `if (record?.stop !== undefined) await`,
    replace: `if (record?.stop?.reason === "PowerLoss") await`,
  },
  {
    id: "b11",
    what: "a MeterValues that was refused once is given up",
    file: queue,
    find: `      failed: async (refusal) => {
        oldest = [];`,
    replace: `      failed: async (refusal) => {
        oldest = [];
        if (message.action === "MeterValues") return void await take(entry, { deletes: [entry.key] });`,
  },
  {
    id: "b12",
    what: "the samples of a StopTransaction that was sent without a transactionId are cleared away",
    file: queue,
    find: `const marks = isArchived ? [] : purgeMarks(call, localId);`,
    replace: `const marks = purgeMarks(call, localId);`,
  },
  {
    id: "b13",
    what: "a time-out on a link on which nothing else was heard counts as a lost link",
    file: "protocol/liveness.ts",
    find: `return { next: { ...facts, probe: asked }, effect: { kind: "Probe", id } };`,
    replace: `return cut(facts, id);`,
  },
  {
    id: "i5",
    what: "a meter that counts in steps is not believed where its first one comes at once",
    file: "protocol/checkpoint.ts",
    find: `<= flowedWhMax + stepWh(last, reading);`,
    replace: `<= flowedWhMax + Math.min(0, stepWh(last, reading));`,
  },
  {
    id: "i5b",
    what: "once a question was missed the register of that transaction stands",
    file: "actors/connector_meter.ts",
    find: `      return null;
    }
    const { reading } = outcome.value;
    this.#lastWh = reading.energyWh;
    return reading;`,
    replace: `      Object.assign(this, { stoodWh: this.#lastWh });
      return null;
    }
    if (purpose.kind === "start") Object.assign(this, { stoodWh: null });
    const { reading } = outcome.value;
    this.#lastWh = reading.energyWh;
    const { stoodWh } = this as unknown as { readonly stoodWh?: number | null };
    return { ...reading, energyWh: stoodWh ?? reading.energyWh };`,
  },
  {
    id: "i2",
    what: "what is set aside is listed by its headers alone",
    file: "actors/local_ids.ts",
    find: `for (const prefix of [keys.archive, keys.unreadable]) {`,
    replace: `for (const prefix of [keys.unreadable]) {`,
  },
  {
    id: "i2b",
    what: "what was sent without its transactionId is kept only where something was refused before",
    file: queue,
    find: `const isArchived = started === null && answer === null;`,
    replace: `const isArchived = started === null && answer === null && await archive.keepsAny(localId);`,
  },
  {
    id: "i2c",
    what: "a transaction whose StopTransaction was damaged is not shown",
    file: "actors/local_ids.ts",
    find: `for (const localId of cutShort) kept.add(localId);`,
    replace: "",
  },
  {
    id: "i2d",
    what: "what began a transaction is kept once, and is lost with the record of its StartTransaction",
    file: "actors/start_again.ts",
    find: `if (idTag === "") return null;`,
    replace: `if (localId > 0) return null;`,
  },
  {
    id: "i22",
    what: "an interrupted transaction ends at the time of its recovery, whenever that is",
    file: "actors/connector_transaction.ts",
    find:
      `return record.boot === boot ? Math.max(atMs, transactionTimeMs(record, clock.monotonicMs())) : atMs;`,
    replace:
      `return Math.max(atMs, record.boot === boot ? transactionTimeMs(record, clock.monotonicMs()) : clock.wallMs());`,
  },
  {
    id: "i12",
    what: "a Differential update leaves the idTags that it removes",
    file: "actors/local_list_book.ts",
    find: `deletes: gone.map(([idTag]) => listedKey(generation, idTag)),`,
    replace: `deletes: [],`,
  },
  {
    id: "i13",
    what: "a reservation is still there when it has been used",
    file: book,
    find: `deletes: used === null ? [] : [used.key],`,
    replace: `deletes: [],`,
  },
  {
    id: "i11",
    what: "the scheduler wakes three seconds after an edge",
    file: "actors/profile_scheduler.ts",
    find: `this.#self.after(Math.ceil(waitMs), { kind: "EdgeDue" });`,
    replace: `this.#self.after(Math.ceil(waitMs) + 3_000, { kind: "EdgeDue" });`,
  },
  {
    id: "i11b",
    what: "the schedules of a resumed transaction begin anew",
    file: "actors/connector_transaction.ts",
    find: `const { begunMs = record.startedMs } = record;`,
    replace: `const begunMs = record.startedMs;`,
  },
  {
    id: "i25",
    what: "a security event under which the link was lost counts as delivered",
    file: "actors/event_delivery.ts",
    find: `    case "offline":
      return "notSent";`,
    replace: `    case "offline":
      return "delivered";`,
  },
  {
    id: "i25b",
    what: "the newest security event goes first",
    file: "actors/security_book.ts",
    find: `return this.#pending[0] ?? null;`,
    replace: `return this.#pending.at(-1) ?? null;`,
  },
  {
    id: "i25c",
    what: "a critical security event is given up after five refusals",
    file: "actors/event_delivery.ts",
    find: `isCritical(event.type) ? Infinity : attemptsMax`,
    replace: `event.type === "" ? Infinity : attemptsMax`,
  },
  {
    id: "i19",
    what: "an outbox that was restarted waits for a link that is open already",
    file: "actors/outbox.ts",
    find: `self.send(parts.link, { kind: "Reconnect", why: "outbox restarted" });`,
    replace: "",
  },
  {
    id: "i19b",
    what: "a charger that was Rejected speaks as if it was accepted",
    file: "protocol/registration.ts",
    find: `    case "Unregistered":
    case "Rejected":
      return callClass === "boot";`,
    replace: `    case "Rejected":
      return true;
    case "Unregistered":
      return callClass === "boot";`,
  },
  {
    id: "i27",
    what: "a password is answered before it is durable",
    file: "actors/cert_store.ts",
    find:
      `    const isKept = await this.#book.write({ ...kept, proofs: withChange(kept.proofs, proof, judged.change) });`,
    replace: `    reply({ ...statusAnswer("Accepted"), ...(judged.proven ? { thenReconnect: true } : {}) });
    const isKept = await this.#book.write({ ...kept, proofs: withChange(kept.proofs, proof, judged.change) });`,
  },
  {
    id: "i27b",
    what: "what worked before is forgotten as soon as it is changed",
    file: "protocol/proof.ts",
    find: `[...newest, ...[...waiting, keeping(base, change)].sort(byAge)];`,
    replace: `[...newest, ...waiting.filter((proof) => proof.number > base.number)];`,
  },
  {
    id: "i28",
    what: "what was before is tried again after the newer has been served",
    file: "protocol/proof.ts",
    find: `    proof.number >= number && proof.securityProfile >= served.securityProfile
  );`,
    replace: `    proof.number > 0);`,
  },
  {
    id: "i28b",
    what: "a password goes with security profile 3",
    file: "actors/dialling.ts",
    find: `        tls: { roots: rootsOf(credentials), cipherSuites, wildcards, ...ownCertificate(proof) },`,
    replace: `        ...basicAuth(credentials, proof),
        tls: { roots: rootsOf(credentials), cipherSuites, wildcards, ...ownCertificate(proof) },`,
  },
  {
    id: "i28c",
    what: "what was served is forgotten with a crash",
    file: "actors/cert_store.ts",
    find: `    await this.#requests.arm();
    this.#settling.ask();`,
    replace: `    await this.#requests.arm();`,
  },
  {
    id: "i29",
    what: "a password is told to whoever reads the trace",
    file: "protocol/redact.ts",
    find: `if (namesKey) return [name, isKeyName(value) || typeof value === "boolean" ? value : HIDDEN];`,
    replace: `if (namesKey) return [name, value];`,
  },
];
