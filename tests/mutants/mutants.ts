/**
 * Small breaks of the rules, one line each, as data.
 *
 * Law: each names the rule that it breaks; `find` stands exactly once in its file.
 */
import type { Break } from "./broken_copy.ts";

export interface Mutant extends Break {
  /** The rule, and what no longer holds. */
  readonly breaks: string;
}

const connector = "protocol/connector.ts";
const status = "protocol/connector_status.ts";

export const mutants: readonly Mutant[] = [
  {
    file: status,
    find:
      `return use.kind === "transaction" && use.transaction.mayCharge && use.transaction.interrupted !== true &&`,
    replace: `return use.kind !== "none" &&`,
    breaks: "house rule 9: the contactor closes without a transaction that may charge",
  },
  {
    file: connector,
    find: `if (sameIdTag(use.transaction.idTag, idTag))`,
    replace: `if (use.transaction.idTag !== "")`,
    breaks: "TC_068: any card stops a transaction",
  },
  {
    file: connector,
    find: `      return use.transaction.parentIdTag === undefined
        ? quiet(facts)`,
    replace: `      return use.transaction.parentIdTag !== undefined
        ? quiet(facts)`,
    breaks: "TC_069: a card of the same group cannot stop",
  },
  {
    file: connector,
    find: `return sameIdTag(use.idTag, idTag) ? quiet({ ...facts, use: { kind: "none" } }) : quiet(facts);`,
    replace: `return quiet(facts);`,
    breaks: "B1: the same card cannot take its intention back",
  },
  {
    file: connector,
    find: `const mayStart = answer.accepted && mayBegin(facts)`,
    replace: `const mayStart = mayBegin(facts)`,
    breaks: "TC_023: a refused idTag starts",
  },
  {
    file: connector,
    find:
      `return facts.use.kind === "authorized" ? quiet({ ...facts, use: { kind: "none" } }) : quiet(facts);`,
    replace: `return quiet(facts);`,
    breaks: "TC_004_2, TC_011_2: ConnectionTimeOut ends nothing",
  },
  {
    file: connector,
    find: `const mustStop = !answer.accepted && rules.stopOnInvalidId;`,
    replace: `const mustStop = !answer.accepted;`,
    breaks: "TC_037_2: StopTransactionOnInvalidId=false stops all the same",
  },
  {
    file: connector,
    find: `return electronics.plug !== "both" && rules.stopOnEvSideDisconnect`,
    replace: `return electronics.plug !== "both"`,
    breaks: "TC_005_3: StopTransactionOnEVSideDisconnect=false stops all the same",
  },
  {
    file: "protocol/connector_use.ts",
    find: `const isHeld = stop.reason === "DeAuthorized" ||`,
    replace: `const isHeld =`,
    breaks: "errata v4.0 §3.5: an invalidated user's cable is free for anyone",
  },
  {
    file: connector,
    find: `if (electronics.lock === "open")`,
    replace: `if (electronics.lock === "absent")`,
    breaks: "TC_024: a transaction starts with an open lock",
  },
  {
    file: connector,
    find: `    ? quiet({ ...next, use: { kind: "none", ...heldFor(use.heldFor) } })`,
    replace: `    ? quiet(next)`,
    breaks: "H2: back in use, a cable that is in leads from Unavailable to Finishing",
  },
  {
    file: status,
    find: `if (facts.availability === "Inoperative" && !inTransaction(facts.use)) return "Unavailable";`,
    replace: ``,
    breaks: "TC_013: an inoperative connector is not Unavailable",
  },
  {
    file: "protocol/registration.ts",
    find: `return callClass === "boot" || callClass === "triggered";`,
    replace: `return true;`,
    breaks: "TC_002: a pending charge point speaks for itself",
  },
  {
    file: "protocol/registration.ts",
    find: `return registration !== "Rejected";`,
    replace: `return true;`,
    breaks: "TC_001: a rejected charge point answers",
  },
  {
    file: "protocol/call_queue.ts",
    find: `return transmissions >= attempts`,
    replace: `return transmissions > attempts`,
    breaks: "§3.7.1: one attempt more than TransactionMessageAttempts",
  },
  {
    file: "protocol/call_queue.ts",
    find: `intervals: transmissions }`,
    replace: `intervals: 1 }`,
    breaks: "§3.7.1: the wait does not grow",
  },
  {
    file: "protocol/call_queue.ts",
    find: `if (isDue && wire.wasUnanswered)`,
    replace: `if (isDue && !wire.linkUp)`,
    breaks: "decision D-turns: bills wait for ever behind CALLs that are never answered",
  },
  {
    file: "protocol/transaction.ts",
    find: `meterStop: Math.max(wholeWh(stopped.energyWh), stopped.meterStartWh),`,
    replace: `meterStop: wholeWh(stopped.energyWh),`,
    breaks: "errata v4.0 §3.9: meterStop below meterStart",
  },
  {
    file: "protocol/metering.ts",
    find: `return wallMs + timerSlackMs - sinceMidnightMs % (Math.max(1, intervalS) * 1_000);`,
    replace: `return wallMs;`,
    breaks: "TC_071: clock-aligned timestamps off the grid",
  },
  {
    file: "protocol/remote_trigger.ts",
    find: `return registration === "Accepted"
        ? { status: "Rejected" }`,
    replace: `return registration === "Unregistered"
        ? { status: "Rejected" }`,
    breaks: "errata v4.0 §3.35: BootNotification triggered once accepted",
  },
  {
    file: "protocol/authorization.ts",
    find: `if (known === null || !rules.localPreAuthorize) return null;`,
    replace: `if (known === null) return null;`,
    breaks: "§9.1.13: without LocalPreAuthorize a cached idTag starts unasked",
  },
  {
    file: "protocol/authorization.ts",
    find: `return rules.localAuthorizeOffline ? judged(known, nowMs) : { accepted: false };`,
    replace: `return judged(known, nowMs);`,
    breaks: "§9.1.12: without LocalAuthorizeOffline a cached idTag starts offline",
  },
  {
    file: "protocol/authorization_cache.ts",
    find: `const isOver = info.status === "Accepted" && expiresMs !== null && expiresMs <= nowMs;`,
    replace: `const isOver = false;`,
    breaks: "§3.5.1: a cached idTag never expires",
  },
  {
    file: "protocol/authorization_cache.ts",
    find: `oldest(invalid.length > 0 ? invalid : all)`,
    replace: `oldest(all)`,
    breaks: "§3.5.1: a full cache lets go of a valid idTag before one that is not",
  },
  {
    file: "actors/authorizer.ts",
    find: `return this.#told(message.idTag, message.info);`,
    replace: `return;`,
    breaks: "§3.5.1: StartTransaction.conf and StopTransaction.conf are not remembered",
  },
  {
    file: "protocol/configuration.ts",
    find: `const value = access === "W" ? {} : { value: print(current[name]) };`,
    replace: `const value = { value: print(current[name]) };`,
    breaks: "TC_019: a write-only key is told with a value",
  },
  {
    file: "protocol/configuration_key.ts",
    find: `return value >= bounds.min && value <= bounds.max ? value : undefined;`,
    replace: `return value >= bounds.min ? value : undefined;`,
    breaks: "ORS-5, ORS-7: a value above its bound is taken",
  },
  {
    file: "protocol/data_transfer.ts",
    find: `isOurs ? "UnknownMessageId" : "UnknownVendorId"`,
    replace: `isOurs ? "UnknownMessageId" : "Accepted"`,
    breaks: "TC_062: a foreign vendor's DataTransfer is Accepted",
  },
  {
    file: "actors/restarting.ts",
    find: `if (attempts <= retries) return`,
    replace: `if (attempts < retries) return`,
    breaks: "§9.1.25: ResetRetries counts the first attempt",
  },
  {
    file: "actors/stable_status.ts",
    find: `if (this.#current?.text !== text) this.#current`,
    replace: `this.#current`,
    breaks: "§9.1.22: each event begins MinimumStatusDuration anew",
  },
  {
    file: "actors/start_again.ts",
    find: `atMs: begunMs,`,
    replace: `atMs: startedMs,`,
    breaks: "D-damaged: a StartTransaction that is made again says when its transaction was resumed",
  },
  {
    file: "actors/parked_count.ts",
    find: `for (const localId of found) this.keeps(localId);`,
    replace: ``,
    breaks: "D-damaged: a bill that was cut short is not counted among those that need a person",
  },
  {
    file: "actors/archive.ts",
    find: `sets: [{ key, value: archived }, ...header],`,
    replace: `sets: header,`,
    breaks: "a message that was refused for good is deleted, not parked",
  },
  {
    file: "actors/transaction_book.ts",
    find: `        start,`,
    replace: ``,
    breaks: "§3.7: StartTransaction is not made durable with its transaction",
  },
  {
    file: "actors/transaction_book.ts",
    find: `...(record.boot === boot ? {} : { interrupted: true }),`,
    replace: ``,
    breaks: "TC_032_2: a transaction that power loss cut off goes on as if nothing had been",
  },
  {
    file: "actors/configuration.ts",
    find: `reply({ kind: "result", payload: { status: stored ? "Accepted" : "Rejected" } });`,
    replace: `reply({ kind: "result", payload: { status: "Accepted" } });`,
    breaks: "§5.3: Accepted is said of a value that is not durable",
  },
  {
    file: "protocol/liveness.ts",
    find: `return probe.hears || (probe.speaks && !pongs)`,
    replace: `return probe !== null`,
    breaks: "decision D-offline-attempts: a dead link uses up attempts",
  },
  {
    file: "protocol/liveness.ts",
    find: `(probe.speaks && !pongs)`,
    replace: `probe.speaks`,
    breaks: "decision D-offline-attempts: a peer that no longer hears the charger uses up attempts",
  },
  {
    file: "protocol/liveness.ts",
    find: `pongs: true, probe: probe && { ...probe, hears: true }`,
    replace: `pongs: true, probe: null`,
    breaks: "decision D-offline-attempts: what a living central system never answers is sent for ever",
  },
  {
    file: "protocol/liveness.ts",
    find: `unanswered === event.id ? cut(`,
    replace: `unanswered === null ? cut(`,
    breaks: "decision D-silent: a connection on which nobody says anything is kept for ever",
  },
  {
    file: "actors/restart_book.ts",
    find: `restartReasons = { Soft: "SoftReset", Hard: "HardReset" }`,
    replace: `restartReasons = { Soft: "HardReset", Hard: "SoftReset" }`,
    breaks: "TC_015, TC_016: the stop names the wrong reset",
  },
  {
    file: "actors/connector_samples.ts",
    find: `[...settings.StopTxnSampledData, ...settings.StopTxnAlignedData]`,
    replace: `[...settings.StopTxnSampledData]`,
    breaks: "errata v4.0 §3.14: transactionData of aligned values alone has no beginning and no end",
  },
  {
    file: "actors/connector_transaction.ts",
    find: `if (atMs < leastCivilMs)`,
    replace: `if (atMs < 0)`,
    breaks: "decision D-clock: a transaction starts with a clock that was never set",
  },
  {
    file: "actors/boot.ts",
    find: `civilTime.set(knownMs);`,
    replace: ``,
    breaks: "decision D-clock: a clock that lost its time does not begin with the last known one",
  },
  {
    file: "actors/connector_timers.ts",
    find: `isSampled && transaction.mayCharge ? transaction.energyLimitWh : undefined;`,
    replace: `undefined;`,
    breaks: "§9.1.14: the energy of MaxEnergyOnInvalidId never ends",
  },
  {
    file: "actors/connector_metering.ts",
    find: `Math.abs(moment.atMs - gridMs) < gridToleranceMs;`,
    replace: `true;`,
    breaks: "§17: the clock is set, and time within a transaction jumps",
  },
  {
    file: "actors/station_availability.ts",
    find: `if (isStored && !await book.set(type)) return`,
    replace: `if (asked.length === 0) return`,
    breaks: "TC_034: connector 0 Inoperative is not kept",
  },
  {
    file: "actors/availability.ts",
    find: `[connectorId, ...others].map(availabilityKey);`,
    replace: `[connectorId].map(availabilityKey);`,
    breaks: "§5.2: connector 0 does not take its connectors along",
  },
  {
    file: "protocol/configuration.ts",
    find: `const text = definition.access === "RW" ? stored.get(name) : undefined;`,
    replace: `const text = stored.get(name);`,
    breaks: "§9: what an earlier profile has stored of a key that is read-only now counts",
  },
  {
    file: "actors/connector_hardware.ts",
    find: `board.setLock(connectorId, false);`,
    replace: ``,
    breaks: "§5.18: UnlockConnector gives the lock no command",
  },
  {
    file: "actors/delivery.ts",
    find: `...judged(idTagInfo, nowMs),`,
    replace: `accepted: idTagInfo.status === "Accepted",`,
    breaks: "§7.27: a StartTransaction.conf whose expiryDate has passed counts as Accepted",
  },
  {
    file: "actors/cache_book.ts",
    find: `if (!await removeAll(store, keys.cache)) return false;`,
    replace:
      `if ((await store.commit({ deletes: [...cache.keys()].map(cacheKey) })).kind !== "committed") return false;`,
    breaks: "§5.4: ClearCache leaves in the store what memory has let go of",
  },
  {
    file: "protocol/transaction_data.ts",
    find: `bytes > this.#limits.bytesMax;`,
    replace: `bytes < 0;`,
    breaks: "decision D-too-big: a StopTransaction of any size",
  },
  {
    file: "actors/transaction_delivery.ts",
    find: `source.losses += 1;`,
    replace: `source.losses = 1;`,
    breaks: "decision D-too-big: a StopTransaction that is too big for the peer stops all bills behind it",
  },
  {
    file: "actors/transaction_delivery.ts",
    find: `    source.losses = 0;
`,
    replace: "",
    breaks: "decision D-too-big: one StopTransaction that was too big takes the data of all that follow",
  },
  {
    file: "actors/archive.ts",
    find: `if (this.#count.isWhole() && this.#limits.reached(this.#count.messages())) await this.#thin();`,
    replace: "",
    breaks: "README, Limits: what is set aside grows without end",
  },
  {
    file: "actors/outbox_behaviour.ts",
    find: `if (this.#delivery.isDoubted() && !this.#isPeerTried) return this.#tryPeer();`,
    replace: "",
    breaks: "decision D-too-big: nobody finds out whether the message is too big or the peer is gone",
  },
  {
    file: "protocol/charging_precedence.ts",
    find: `(!txDefaultAfterTxProfile && contenders.tx.some(hasOverruled))`,
    replace: `false`,
    breaks: "TC_066: the TxDefaultProfile comes back where the TxProfile's schedule has ended",
  },
  {
    file: "protocol/charging_precedence.ts",
    find: `if (segment.period !== null && !isReplaced(contender))`,
    replace: `if (!isReplaced(contender))`,
    breaks: "TC_072: a stack level whose schedule has ended does not yield",
  },
  {
    file: "protocol/charging_schedule.ts",
    find: `if (offsetMs >= runMs)`,
    replace: `if (offsetMs > runMs)`,
    breaks: "§7.13: a schedule goes on at the end of its duration",
  },
  {
    file: "protocol/charging_profiles.ts",
    find: `if (old.profile.chargingProfileId === one.profile.chargingProfileId) return true;`,
    replace: ``,
    breaks: "§5.16: a profile of the same id is stacked, not replaced",
  },
  {
    file: "protocol/load_balancing.ts",
    find: `if (taken <= totalTenths) level = middle;`,
    replace: `if (taken <= totalTenths + 1) level = middle;`,
    breaks: "§3.13.1: connectors draw more than the ChargePointMaxProfile between them",
  },
  {
    file: "actors/profile_scheduler.ts",
    find: `leastOffered(limited, nowMs, obeyMs)`,
    replace: `leastOffered(limited, nowMs, 0)`,
    breaks: "§12: a limit that falls is told when it falls, and the hardware takes a second",
  },
  {
    file: "actors/connector_drawing.ts",
    find: `if (told === this.#told) return;`,
    replace: `if (told === this.#told || drawing.kind === "none") return;`,
    breaks: "§3.13.1: a TxProfile does not end with its transaction",
  },
  {
    file: "actors/event_delivery.ts",
    find: `isCritical(event.type) ? Infinity : attemptsMax`,
    replace: `isCritical(event.type) ? attemptsMax : attemptsMax`,
    breaks: "A04.FR.02: a critical security event is given up after five refusals",
  },
  {
    file: "actors/security_book.ts",
    find: `if (outcome.kind !== "committed") return false;`,
    replace: ``,
    breaks: "A04.FR.04: an event that the disk has refused counts as logged",
  },
  {
    file: "actors/unstored_events.ts",
    find: `if (this.#leftOut.size === 0) return this.#waiting;`,
    replace: `if (this.#leftOut.size >= 0) return this.#waiting;`,
    breaks: "A04.FR.04: what a full disk left no room for vanishes uncounted",
  },
  {
    file: "actors/link_event.ts",
    find: `        { type: "CentralSystemFailedToAuthenticate", techInfo: error },`,
    replace: ``,
    breaks: "white paper, list of events: CentralSystemFailedToAuthenticate is never raised",
  },
  {
    file: "protocol/certificate.ts",
    find: `if (leaf.publicKey.spki !== requested.publicKey) {`,
    replace: `if (leaf.publicKey.spki === "") {`,
    breaks: "A02.FR.06: a certificate of another key than the pending one is taken",
  },
  {
    file: "actors/certificate_turns.ts",
    find: `const { certificate } = servedLast(proofs);`,
    replace: `const { certificate } = proofs[0];`,
    breaks: "A03: a successor that is refused puts off the renewal",
  },
  {
    file: "actors/certificate_requests.ts",
    find: `if (!isKept) return await book.sweep();`,
    replace: ``,
    breaks: "A02.FR.02: SignCertificate leaves before its key is noted",
  },
  {
    file: "actors/credentials_book.ts",
    find: `const used = new Set([...certificates.map((one) => one?.keyId), pendingKeyId, this.#expected]);`,
    replace: `const used = new Set([...certificates.map((one) => one?.keyId), this.#expected]);`,
    breaks: "A02.FR.02: the key of a request that is under way is swept away",
  },
  {
    file: "storage/drivers/key_ring_files.ts",
    find: `      await durableFile(directory, \`key-\${keyId}\`).write(pem);`,
    replace: ``,
    breaks: "A02.FR.05: a key is told as made that no disk has",
  },
  {
    file: "protocol/root_certificates.ts",
    find: `&& !left.some((root) => surelyProves(root, presented))) {`,
    replace: `&& !installed.some((root) => surelyProves(root, presented))) {`,
    breaks: "M04.FR.06: the root that proves the present connection is deleted",
  },
  {
    file: "protocol/root_certificates.ts",
    find: `if (said !== null) return said;`,
    replace: `if (said === true) return said;`,
    breaks: "M05.FR.13: a successor that the station's own TLS refuses ends its fallback",
  },
  {
    file: "console/credentials.ts",
    find: `const isSame = key === undefined || (before !== undefined && isGivenKey(key, before));`,
    replace: `const isSame = key === undefined;`,
    breaks: "decision D-given: a password that the central system has retired comes back with the next start",
  },
  {
    file: "console/rehearsal.ts",
    find: `if (proof.data.securityProfile < served.securityProfile) {`,
    replace: `if (served.securityProfile < 0) {`,
    breaks: "A00.FR.005: a rehearsal sends the password in the clear",
  },
];
