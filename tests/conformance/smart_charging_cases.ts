/** Charging profiles and composite schedules, in the lab's own numbers (`conformance/octt.md` §6). */
import { assert, assertEquals } from "@std/assert";
import type { Payload } from "./expected.ts";
import { authorize, start, status } from "./expected.ts";
import { type Bench, type Case, idTag1 } from "./lab.ts";
import { accepted, assertVerdict, reported } from "./requests.ts";
import { charging } from "./states.ts";

/** By how much the lab's clock and the charge point's may differ: schedules begin so long before they are sent. */
const deviationS = 2;
const scheduleDurationS = 300;
const numberPhases = 3;
const refusals = ["Rejected", "PropertyConstraintViolation"] as const;

export const smartChargingCases = {
  async TC_056_CS(bench) {
    const lab = await smartLab(bench);
    await set(lab, onePeriod(lab, "TxDefaultProfile"));
    await assertSchedule(lab, scheduleDurationS, { 0: 6 });
  },

  async TC_057_CS(bench) {
    const transactionId = await charging(bench);
    const lab = await smartLab(bench);
    await set(lab, { ...onePeriod(lab, "TxProfile"), transactionId });
    await assertSchedule(lab, scheduleDurationS, { 0: 6 });
  },

  async TC_058_1_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    const csChargingProfiles = { ...onePeriod(await smartLab(bench), "TxProfile"), transactionId: 1 };
    await assertVerdict(tool, "SetChargingProfile", { connectorId, csChargingProfiles }, ...refusals);
  },

  async TC_058_2_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    const transactionId = await charging(bench) + 1;
    const csChargingProfiles = { ...onePeriod(await smartLab(bench), "TxProfile"), transactionId };
    await assertVerdict(tool, "SetChargingProfile", { connectorId, csChargingProfiles }, "Rejected");
  },

  async TC_059_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await hands.plug(connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    const lab = await smartLab(bench);
    tool.allow(authorize(idTag1));
    const chargingProfile = onePeriod(lab, "TxProfile");
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag1, chargingProfile });
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));
    await assertSchedule(lab, scheduleDurationS, { 0: 6 });
  },

  async TC_060_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    const chargingProfile = onePeriod(await smartLab(bench), "TxDefaultProfile");
    const payload = { connectorId, idTag: idTag1, chargingProfile };
    await assertVerdict(tool, "RemoteStartTransaction", payload, ...refusals);
    await tool.silence();
  },

  async TC_066_CS(bench) {
    const limits = [["MaxChargingProfilesInstalled", 3], ["ChargingScheduleMaxPeriods", 5]] as const;
    for (const [key, least] of limits) assert(Number((await reported(bench.tool, key))?.value) >= least, key);
    const transactionId = await charging(bench);
    const lab = await smartLab(bench);
    await set(lab, profile(lab, "ChargePointMaxProfile", { 0: 10 }, { id: 1, duration: 86_400 }), 0);
    const ofDefault = { 0: 6, 60: 10, 120: 8, 180: 15, 260: 8 };
    await set(lab, profile(lab, "TxDefaultProfile", ofDefault, { id: 2, duration: 300, validTo: 401 }));
    const ofTransaction = { 0: 8, 50: 11, 140: 16, 200: 6, 240: 12 };
    const own = profile(lab, "TxProfile", ofTransaction, { id: 3, duration: 260, validTo: 401 });
    await set(lab, { ...own, transactionId });
    await assertSchedule(lab, 400, { 0: 8, 50: 10, 200: 6, 240: 10 });
  },

  async TC_067_CS(bench) {
    const { tool, station } = bench;
    const lab = await smartLab(bench);
    const higher = { id: 1, stackLevel: 1, duration: 400 };
    await set(lab, profile(lab, "TxDefaultProfile", { 0: 6, 60: 8, 200: 10 }, higher));
    await set(lab, profile(lab, "TxDefaultProfile", { 0: 7, 100: 9 }, { id: 2, duration: 400 }));
    const total = profile(lab, "ChargePointMaxProfile", { 0: 11, 200: 12 }, { id: 3, duration: 86_400 });
    await set(lab, total, 0);
    await accepted(tool, "ClearChargingProfile", { id: 1 });
    await assertSchedule(lab, 350, { 0: 7, 100: 9 });
    await accepted(tool, "ClearChargingProfile", {
      chargingProfilePurpose: "TxDefaultProfile",
      stackLevel: 0,
    });
    await assertSchedule(lab, 350, { 0: 11, 200: 12 });
    await accepted(tool, "ClearChargingProfile", {});
    await assertSchedule(lab, 350, { 0: station.localLimit[lab.unit] / lab.factor });
  },

  async TC_072_CS(bench) {
    const lab = await smartLab(bench);
    const lower = { id: 1, duration: 400, validTo: 401 };
    await set(lab, profile(lab, "TxDefaultProfile", { 0: 6, 100: 8, 200: 10 }, lower));
    const higher = { id: 2, stackLevel: 1, duration: 150, validTo: 401 };
    await set(lab, profile(lab, "TxDefaultProfile", { 0: 7, 100: 9 }, higher));
    await assertSchedule(lab, 350, { 0: 7, 100: 9, 150: 8, 200: 10 });
  },

  async TC_082_CS(bench) {
    await charging(bench);
    const lab = await smartLab(bench);
    await set(lab, onePeriod(lab, "TxDefaultProfile"));
    await assertSchedule(lab, scheduleDurationS, { 0: 6 });
  },
} satisfies Record<string, Case>;

interface SmartLab extends Bench {
  /** When all schedules of the case begin. */
  readonly beginMs: number;
  /** A where the charge point takes it. */
  readonly unit: "A" | "W";
  /** With rate unit W the lab multiplies its limits. */
  readonly factor: number;
}

type Steps = Readonly<Record<number, number>>;

interface Fields {
  readonly id: number;
  readonly stackLevel?: number;
  readonly duration: number;
  /** Seconds from the beginning. */
  readonly validTo?: number;
}

async function smartLab(bench: Bench): Promise<SmartLab> {
  const allowed = (await reported(bench.tool, "ChargingScheduleAllowedChargingRateUnit"))?.value ?? "";
  const unit = allowed.split(",").includes("Current") ? "A" : "W";
  return { ...bench, beginMs: Date.now() - deviationS * 1_000, unit, factor: unit === "A" ? 1 : 1_000 };
}

/** The lab lengthens it, so that it does not end within the composite schedule. */
function onePeriod(lab: SmartLab, purpose: string): Payload {
  return profile(lab, purpose, { 0: 6 }, { id: 1, duration: scheduleDurationS + 60 });
}

function profile(lab: SmartLab, chargingProfilePurpose: string, steps: Steps, fields: Fields): Payload {
  const at = (seconds: number) => new Date(lab.beginMs + seconds * 1_000).toISOString();
  const validity = fields.validTo === undefined ? {} : { validFrom: at(0), validTo: at(fields.validTo) };
  return {
    chargingProfileId: fields.id,
    stackLevel: fields.stackLevel ?? 0,
    chargingProfilePurpose,
    chargingProfileKind: "Absolute",
    ...validity,
    chargingSchedule: {
      startSchedule: at(0),
      duration: fields.duration,
      chargingRateUnit: lab.unit,
      chargingSchedulePeriod: Object.entries(steps).map(([startPeriod, limit]) => ({
        startPeriod: Number(startPeriod),
        limit: limit * lab.factor,
        numberPhases,
      })),
    },
  };
}

async function set(
  { tool, station }: SmartLab,
  csChargingProfiles: Payload,
  connectorId = station.connectorId,
): Promise<void> {
  await accepted(tool, "SetChargingProfile", { connectorId, csChargingProfiles });
}

/** Exactly these periods, those after the first as much earlier as time has passed since the schedules began. */
async function assertSchedule(lab: SmartLab, duration: number, steps: Steps): Promise<void> {
  const { tool, unit: chargingRateUnit, station: { connectorId } } = lab;
  const answered = await tool.call("GetCompositeSchedule", { connectorId, duration, chargingRateUnit });
  assert(answered.kind === "result", JSON.stringify(answered));
  const { chargingSchedule, scheduleStart, ...rest } = answered.payload;
  const { chargingSchedulePeriod, ...schedule } = chargingSchedule as Payload;
  assertEquals<unknown>([rest, schedule], [{ status: "Accepted", connectorId }, {
    duration,
    chargingRateUnit,
  }]);
  const startMs = Date.parse(String(scheduleStart));
  assert(Math.abs(startMs - Date.now()) <= deviationS * 1_000, `it starts at ${scheduleStart}`);

  const elapsedS = (startMs - lab.beginMs) / 1_000;
  const expected = Object.entries(steps).map(([startPeriod, limit]) => ({
    startPeriod: Number(startPeriod) === 0 ? 0 : Number(startPeriod) - elapsedS,
    limit: limit * lab.factor,
  }));
  const found = chargingSchedulePeriod as typeof expected;
  const isSame = found.length === expected.length && expected.every(({ startPeriod, limit }, at) => {
    const told = found[at];
    return told?.limit === limit && Math.abs(told.startPeriod - startPeriod) <= 1;
  });
  assert(isSame, `the periods are ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}
