/**
 * The physical state of a simulated station: what a street corner would remember if the charger's computer were taken away.
 *
 * Law: it belongs to the world and not to the charger, which never reads it; plugs, cars, faults and meter registers
 * outlive any process and any power cut. Plain JSON, checked when it is read back.
 */
import { z } from "zod";
import { ChargePointErrorCode, CiString50 } from "../protocol/messages/types.ts";
import type { StationProfile } from "./station_profile.ts";

/** What is wrong, as `Trouble` of the board port says it. */
export const PhysicalTrouble = z.strictObject({
  errorCode: ChargePointErrorCode.exclude(["NoError"]),
  vendorErrorCode: CiString50.exactOptional(),
  info: CiString50.exactOptional(),
}).readonly();
export type PhysicalTrouble = z.infer<typeof PhysicalTrouble>;

/** One in which no energy may flow, or one of the whole station: not of a car. */
export const PhysicalFault = z.strictObject({
  ...PhysicalTrouble.unwrap().shape,
  errorCode: ChargePointErrorCode.exclude(["NoError", "EVCommunicationError"]),
}).readonly();
export type PhysicalFault = z.infer<typeof PhysicalFault>;

const positive = z.number().positive();

/** A kind of car. */
export const CarModel = z.strictObject({
  /** Usable capacity of its battery, in Wh. */
  capacityWh: positive,
  /** The most that its battery takes, in watt: what it draws over DC while the state of charge is low. */
  maxPowerW: positive,
  /** Battery voltage when empty, in volt. */
  voltageEmptyV: positive,
  /** Battery voltage when full, in volt. */
  voltageFullV: positive,
  /** What its on-board charger draws over AC, in ampere per phase. */
  onBoardCurrentA: positive,
  onBoardPhases: z.literal([1, 2, 3]),
  /** From the plug at both ends to the first demand for energy, in ms: handshake, insulation test, precharge. */
  prechargeMs: z.number().min(0),
  /** State of charge with which it arrives, in percent. */
  arrivalSocPercent: z.number().min(0).max(100),
  /** Of the current that it is offered it draws this share; without it, all that it can take. Above 1 it breaks the rules. */
  drawnShare: positive.exactOptional(),
}).readonly();
export type CarModel = z.infer<typeof CarModel>;

/** One car at a connector, or the one that will come next. */
export const Car = z.strictObject({
  model: CarModel,
  /** Energy in its battery. */
  batteryWh: z.number().min(0),
  /** Its driver has told it to charge. */
  demand: z.boolean(),
  /** It pauses by itself, for this visit only: a battery too hot, say. */
  suspended: z.boolean(),
  /** What is left of `prechargeMs`; it runs while the car is plugged in at both ends. */
  prechargeLeftMs: z.number().min(0),
}).readonly();
export type Car = z.infer<typeof Car>;

/** What is at one connector. */
export const PhysicalConnector = z.strictObject({
  id: z.int().positive(),
  plug: z.enum(["none", "station", "ev", "both"]),
  /** Of the plug in the station's socket. */
  locked: z.boolean(),
  /** The lock is stuck where it is. */
  lockFailure: z.boolean(),
  fault: PhysicalFault.nullable(),
  warning: PhysicalTrouble.nullable().default(null),
  /** The meter's register, finer than the meter tells it. */
  registerWh: z.number().min(0),
  car: Car,
}).readonly();
export type PhysicalConnector = z.infer<typeof PhysicalConnector>;

export const PhysicalState = z.strictObject({
  /** Of this document; a later one will say how it reads an earlier one. */
  version: z.literal(1),
  /** The name of the station profile that it belongs to. */
  station: z.string(),
  stationFault: PhysicalFault.nullable(),
  stationWarning: PhysicalFault.nullable().default(null),
  /** Its housing is open. */
  tampered: z.boolean().default(false),
  connectors: z.array(PhysicalConnector).readonly(),
}).readonly();
export type PhysicalState = z.infer<typeof PhysicalState>;

/** Why a state cannot be that of the station with this profile; null when it can. */
export function misfit(state: PhysicalState, profile: StationProfile): string | null {
  if (state.station !== profile.name) return `it belongs to the station "${state.station}"`;
  if (state.connectors.length !== profile.connectors.length) {
    return `it has ${state.connectors.length} connectors, the station ${profile.connectors.length}`;
  }
  for (const [index, { cable, lock }] of profile.connectors.entries()) {
    const { id, plug, locked } = state.connectors[index] ?? {};
    if (id !== index + 1) return `connector ${index + 1} is not in its place`;
    if (cable === "fixed" && plug !== "none" && plug !== "both") {
      return `the fixed cable of connector ${id} cannot be plugged in at "${plug}" alone`;
    }
    if (locked && !lock) return `connector ${id} is locked and has no lock`;
  }
  return null;
}
