/**
 * Reservations in a living charger, against what may be said of them from outside (invariant I13): one is used at most once, in its
 * time, by its owner or its group; and nobody else begins on a connector that was reserved before he came.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { StationProfile } from "../../hal/station_profile.ts";
import { formatDateTime, parseDateTimeMs } from "../../protocol/date_time.ts";
import { dcFour } from "../hal/stations.ts";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, status } from "./calm_house.ts";

const connectorIds = [1, 2];
const two: StationProfile = {
  ...dcFour,
  connectors: dcFour.connectors.slice(0, 2),
  reader: "station",
};
/** FRIEND and PAL are of one group. */
const groups: Readonly<Record<string, string>> = { FRIEND: "FAMILY", PAL: "FAMILY" };
const idTag = fc.constantFrom("OWNER", "FRIEND", "PAL", "STRANGER");
const connectorId = fc.constantFrom(...connectorIds);

type Act =
  | {
    readonly kind: "reserve";
    readonly reservationId: number;
    readonly connectorId: number;
    readonly idTag: string;
    readonly ofGroup: boolean;
    readonly minutes: number;
  }
  | { readonly kind: "cancel"; readonly reservationId: number }
  | { readonly kind: "swipe"; readonly idTag: string }
  | { readonly kind: "remoteStart"; readonly idTag: string; readonly connectorId: number }
  | { readonly kind: "plug" | "unplug" | "fault" | "clearFault"; readonly connectorId: number }
  | { readonly kind: "wait"; readonly minutes: number }
  | { readonly kind: "crash"; readonly actor: string }
  | { readonly kind: "powerCut" };

function often<T>(
  weight: number,
  arbitrary: fc.Arbitrary<T>,
): { weight: number; arbitrary: fc.Arbitrary<T> } {
  return { weight, arbitrary };
}

const act: fc.Arbitrary<Act> = fc.oneof(
  often(
    4,
    fc.record({
      kind: fc.constant("reserve" as const),
      reservationId: fc.constantFrom(5, 6),
      connectorId: fc.constantFrom(0, ...connectorIds),
      idTag,
      ofGroup: fc.boolean(),
      minutes: fc.constantFrom(1, 10),
    }),
  ),
  often(6, fc.record({ kind: fc.constant("swipe" as const), idTag })),
  often(
    4,
    fc.record({ kind: fc.constantFrom("plug" as const, "unplug" as const, "unplug" as const), connectorId }),
  ),
  often(2, fc.record({ kind: fc.constant("remoteStart" as const), idTag, connectorId })),
  often(1, fc.record({ kind: fc.constant("cancel" as const), reservationId: fc.constantFrom(5, 6) })),
  often(1, fc.record({ kind: fc.constant("fault" as const), connectorId })),
  often(2, fc.record({ kind: fc.constant("clearFault" as const), connectorId })),
  often(1, fc.record({ kind: fc.constant("wait" as const), minutes: fc.constantFrom(0, 1, 5) })),
  often(
    1,
    fc.record({
      kind: fc.constant("crash" as const),
      actor: fc.constantFrom("reservations", "connector:1", "connector:2", "authorizer"),
    }),
  ),
  often(1, fc.constant({ kind: "powerCut" as const })),
);

/** A reservation that was Accepted, and when it was over at the latest. */
interface Promised {
  readonly connectorId: number;
  readonly idTag: string;
  readonly group: string | undefined;
  readonly untilMs: number;
  /** A connector broke since: who was let in at another one before may begin there, and none is left. */
  isShaken: boolean;
}

Deno.test("I13: a reservation is used at most once, in its time, and by nobody whom it was not for", async () => {
  let used = 0;
  let strangers = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 20, maxLength: 60, size: "max" }), async (acts) => {
      const charger = await bootedHouse({
        station: two,
        judge: (tag) => ({
          status: "Accepted",
          ...(groups[tag] === undefined ? {} : { parentIdTag: groups[tag] }),
        }),
      });
      const promised = new Map<number, Promised>();
      for (const one of acts) {
        const before = charger.sent("StartTransaction").length;
        await perform(charger, one, promised);
        await charger.advance(1_000);
        for (const [id, { untilMs }] of promised) {
          if (untilMs <= charger.clock.wallMs() - 1_000) promised.delete(id);
        }
        for (const start of charger.sent("StartTransaction").slice(before)) {
          const { reservationId, timestamp } = start.payload;
          const atMs = parseDateTimeMs(String(timestamp)) ?? NaN;
          const tag = String(start.payload.idTag);
          const others = [...promised].filter(([id, { untilMs }]) => id !== reservationId && atMs < untilMs);
          const wronged = strangersIn(
            charger,
            Number(start.payload.connectorId),
            others.map(([, kept]) => kept).filter((kept) => !isFor(kept, tag)),
          );
          assertEquals(wronged, [], `${tag} began on connector ${start.payload.connectorId}`);
          strangers += others.length === 0 ? 0 : 1;
          if (reservationId === undefined) continue;
          const reservation = promised.get(Number(reservationId));
          assert(reservation !== undefined, `${reservationId} was used, and is not there`);
          assert(atMs < reservation.untilMs, `${reservationId} was used after its time`);
          assert([0, start.payload.connectorId].includes(reservation.connectorId), "elsewhere");
          assert(isFor(reservation, tag), `${tag} is not whom ${reservationId} was for`);
          promised.delete(Number(reservationId));
          used += 1;
        }
      }
      assert(
        charger.crashes().every((crash) => crash.endsWith("was told to crash")),
        charger.crashes().join(),
      );
    }),
    { numRuns: 100, seed: 5 },
  );
  assert(used > 20, `only ${used} reservations were used: too few to prove a thing`);
  assert(strangers > 20, `only ${strangers} began beside somebody's reservation: too few to prove a thing`);
});

function isFor({ idTag, group }: Promised, tag: string): boolean {
  return tag === idTag || (group !== undefined && group === groups[tag]);
}

/** Whose reservation was broken by a start on this connector that was not theirs. */
function strangersIn(
  charger: CalmHouse,
  startedId: number,
  kept: readonly Promised[],
): readonly Promised[] {
  const here = kept.filter(({ connectorId }) => connectorId === startedId);
  const anywhere = kept.filter(({ connectorId, isShaken }) => connectorId === 0 && !isShaken);
  const left = connectorIds.filter((id) =>
    id !== startedId && !["Charging", "SuspendedEV", "SuspendedEVSE"].includes(String(status(charger, id))) &&
    !kept.some(({ connectorId }) => connectorId === id)
  );
  return left.length < anywhere.length ? [...here, ...anywhere] : here;
}

async function perform(charger: CalmHouse, act: Act, promised: Map<number, Promised>): Promise<void> {
  const { verbs } = charger.station;
  switch (act.kind) {
    case "reserve": {
      const untilMs = charger.clock.wallMs() + act.minutes * 60_000;
      const group = act.ofGroup ? "FAMILY" : undefined;
      const accepted = await asked(charger, "ReserveNow", {
        reservationId: act.reservationId,
        connectorId: act.connectorId,
        idTag: act.idTag,
        expiryDate: formatDateTime(untilMs),
        ...(group === undefined ? {} : { parentIdTag: group }),
      });
      if (accepted) {
        const { connectorId, idTag } = act;
        promised.set(act.reservationId, { connectorId, idTag, group, untilMs, isShaken: false });
      }
      return;
    }
    case "cancel":
      if (await asked(charger, "CancelReservation", { reservationId: act.reservationId })) {
        promised.delete(act.reservationId);
      }
      return;
    case "swipe":
      return void verbs.swipe(act.idTag);
    case "remoteStart":
      return void await charger.ask("RemoteStartTransaction", {
        idTag: act.idTag,
        connectorId: act.connectorId,
      });
    case "plug":
      return void verbs.plug(act.connectorId);
    case "unplug":
      return void verbs.unplug(act.connectorId);
    case "fault":
      for (const [id, reservation] of promised) {
        // It has ended one of its own (§5.13).
        if (reservation.connectorId === act.connectorId) promised.delete(id);
        reservation.isShaken = true;
      }
      return void verbs.fault(act.connectorId, { errorCode: "GroundFailure" });
    case "clearFault":
      return void verbs.clearFault(act.connectorId);
    case "wait":
      return await charger.advance(act.minutes * 60_000);
    case "crash":
      return void charger.system().crash(act.actor);
    case "powerCut":
      charger.cutPower(0);
      await charger.restorePower();
  }
}

async function asked(charger: CalmHouse, action: string, payload: unknown): Promise<boolean> {
  const answer = await charger.ask(action, payload);
  const result = answer !== null && "result" in answer ? answer.result as { readonly status: string } : null;
  return result?.status === "Accepted";
}
