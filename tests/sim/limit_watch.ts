/**
 * Watches what is offered: never more than the installed charging profiles allow, on any connector and on all of them together
 * (invariant I11).
 *
 * Law: judged by the hardware's own limit against the profiles that are durable, by the slow reference that the composite
 * schedules are held against as well (`tests/protocol/naive_limit.ts`).
 */
import { supplyOf } from "../../actors/charger_config.ts";
import { installedOf } from "../../actors/profile_book.ts";
import type { LimitedConnector } from "../../protocol/charging_precedence.ts";
import type { InstalledProfile } from "../../protocol/charging_profile.ts";
import type { CheckpointRecord, ProfileRecord, TransactionRecord } from "../../storage/records.ts";
import type { Key, Value } from "../../storage/store.ts";
import { naiveLimit } from "../protocol/naive_limit.ts";
import { agedBy, type Charging, chargingBy } from "./charging_age.ts";
import type { Fail } from "./invariants.ts";
import { recordsOf } from "./medium_records.ts";
import type { World } from "./world.ts";

/** The hardware obeys within a second (`hal/board.ts`); on a slow disk or in a slow turn it is told later. */
const obeyMs = 1_000;
const sluggishMs = 40_000;
/** What is offered between two events is looked at as often; in a long silence, at so many moments. */
const lookMs = 400;
const looksMax = 750;
const roundingA = 0.05;

/** Called after each event. */
export function watchLimits(world: World, fail: Fail): () => void {
  const { profile, board } = world.station;
  const supplies = profile.connectors.map(supplyOf);
  const installed = new Map<number, InstalledProfile>();
  /** Of RemoteStartTransactions, by connector. */
  const offered = new Map<number, InstalledProfile>();
  const begun = new Map<number, Charging | undefined>();
  /** Since when a connector, or all of them together (0), is offered more. */
  const aboveSinceMs = new Map<number, number>();
  let boots = 0;
  let lookedMs = 0;
  /** Civil time at the monotonic clock's zero, as the last event has left it. */
  let zeroMs = civilZeroMs(world);
  /** Of the connectors that charge, as the last event has left them. */
  const offers = new Map<number, { readonly limitA: number; readonly charging: Charging }>();

  function note(key: Key, value: Value): void {
    switch (key[0]) {
      case "profile":
        installed.set(Number(key[1]), installedOf(value as ProfileRecord));
        world.reached.add("charging profile installed");
        return;
      case "offeredProfile":
        offered.set(Number(key[1]), installedOf(value as ProfileRecord));
        world.reached.add("charging profile with a remote start");
        return;
      case "checkpoint":
        begun.set(Number(key[1]), agedBy(begun.get(Number(key[1])), value as CheckpointRecord));
        return;
      case "transaction":
        begun.set(
          Number(key[1]),
          chargingBy(value as TransactionRecord, begun.get(Number(key[1])), isTimeKnown()),
        );
    }
  }

  function forget(key: Key): void {
    if (key[0] === "profile") installed.delete(Number(key[1]));
    if (key[0] === "offeredProfile") offered.delete(Number(key[1]));
  }

  function isTimeKnown(): boolean {
    return !world.reached.has("clock set") && !world.reached.has("clock unset at boot");
  }

  world.onCommitted((batch) => {
    for (const { key, value } of batch.sets ?? []) note(key, value);
    for (const key of batch.deletes ?? []) forget(key);
  });

  function refound(): void {
    installed.clear();
    offered.clear();
    for (const { key, value } of recordsOf(world.store().snapshot()).whole) note(key, value);
  }

  /** What was offered since the event before, at one moment of it. */
  function look(nowMs: number): void {
    const atMs = zeroMs + nowMs;
    const profiles = [...installed.values()];
    let offeredA = 0;
    let allowedA = Infinity;
    for (const [connectorId, { limitA, charging: { localId, begunMs } }] of offers) {
      const supply = supplies[connectorId - 1]!;
      const charging = { localId, sinceMs: zeroMs + begunMs };
      const connector = { connectorId, supply, profiles, charging, txDefaultAfterTxProfile: false };
      const limit = allowed(connector, atMs);
      if (limit < supply.currentMaxA) world.reached.add("charging under a profile");
      judge(connectorId, limitA, limit, nowMs);
      const ofAll = profiles.filter((one) => one.profile.chargingProfilePurpose === "ChargePointMaxProfile");
      const boundless = { ...supply, currentMaxA: Infinity };
      const max = { ...connector, profiles: ofAll, supply: boundless };
      allowedA = Math.min(allowedA, naiveLimit(max, "A", atMs, atMs).limit);
      offeredA += limitA;
    }
    judge(0, offeredA, allowedA, nowMs);
  }

  /** With the profile that the transaction's own start has brought, as long as it is not known to be its own, or without. */
  function allowed(connector: LimitedConnector, atMs: number): number {
    const { limit } = naiveLimit(connector, "A", atMs, atMs);
    const brought = offered.get(connector.connectorId);
    if (brought === undefined || connector.charging === null) return limit;
    const own = { ...brought, localId: connector.charging.localId };
    const profiles = [...connector.profiles, own];
    return Math.max(limit, naiveLimit({ ...connector, profiles }, "A", atMs, atMs).limit);
  }

  /** What holds from this event on. */
  function hold(): void {
    for (const at of supplies.keys()) {
      const connectorId = at + 1;
      const { contactorClosed, limitA } = board.outlet(connectorId);
      const charging = begun.get(connectorId);
      if (contactorClosed && charging?.localId === world.durable.open.get(connectorId)?.localId && charging) {
        offers.set(connectorId, { limitA, charging });
      } else {
        offers.delete(connectorId);
        aboveSinceMs.delete(connectorId);
      }
    }
  }

  function judge(connectorId: number, offeredA: number, allowedA: number, nowMs: number): void {
    if (offeredA <= allowedA + roundingA) return void aboveSinceMs.delete(connectorId);
    const sinceMs = aboveSinceMs.get(connectorId) ?? nowMs;
    aboveSinceMs.set(connectorId, sinceMs);
    const isSluggish = world.reached.has("slow turn") || world.medium.extraMs() > 0;
    if (nowMs - sinceMs > (isSluggish ? sluggishMs : obeyMs)) {
      fail("I11", `connector ${connectorId} is offered ${offeredA} A, and ${allowedA} A are allowed`);
    }
  }

  return () => {
    const nowMs = world.clock.monotonicMs();
    const sinceMs = Math.max(lookedMs, nowMs - looksMax * lookMs);
    lookedMs = nowMs;
    if (world.isDark()) return offers.clear();
    if (world.boots() !== boots) {
      boots = world.boots();
      refound();
      offers.clear();
    }
    if (installed.size > 0 && !world.reached.has("store corrupt")) {
      if (offers.size > 0) { for (let atMs = sinceMs + lookMs; atMs < nowMs; atMs += lookMs) look(atMs); }
      hold();
      zeroMs = civilZeroMs(world);
      if (offers.size > 0) look(nowMs);
    }
  };
}

function civilZeroMs({ clock }: World): number {
  return clock.wallMs() - clock.monotonicMs();
}
