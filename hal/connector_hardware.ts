/**
 * What one connector of a station is made of: cable, lock, current, and how much of it.
 *
 * Law: the facts of the hardware, as its installer knows them; nothing here can be changed over OCPP.
 * The ids in brackets are those of the certificate's statement, `conformance/pics.md`.
 */
import { z } from "zod";

/** OCPP 2.0.1 ConnectorEnumType, which the certificate's statement borrows: `c` is a captive cable, `s` a socket. */
export const ConnectorType = z.enum([
  "cCCS1",
  "cCCS2",
  "cG105",
  "cTesla",
  "cType1",
  "cType2",
  "s309-1P-16A",
  "s309-1P-32A",
  "s309-3P-16A",
  "s309-3P-32A",
  "sBS1361",
  "sCEE-7-7",
  "sType2",
  "sType3",
]);

const positive = z.number().positive({ error: "write more than 0" }).max(1_000_000);

const common = {
  /** Its number in OCPP: 1 for the first in the list, one more for each that follows (HFS-8). */
  id: z.int().positive(),
  /** The car's cable: unplugged from the station as well, or fixed to it (HFS-1, HFS-2). */
  cable: z.enum(["fixed", "detachable"]),
  /**
   * A lock on the station's side of the cable, which keeps a thief from it. It closes round a plug and never keeps a
   * driver from plugging in (AQ-2: no).
   */
  lock: z.boolean(),
  /** Plug or socket (HFS-8). */
  connectorType: ConnectorType,
  /** The most that its cable and contactor bear, in ampere; with AC per phase. */
  maxCurrentA: positive,
  /** The most that it delivers, in watt, over all phases. */
  maxPowerW: positive,
};

/** Alternating current, which the car rectifies: mode 3 of IEC 61851-1 (HFS-3; AQ-6 is yes where there is one). */
const AcConnector = z.strictObject({
  ...common,
  current: z.literal("AC"),
  /** How many phases are wired: 1, 2 or 3 (HFS-5, HFS-6, HFS-7). */
  phases: z.literal([1, 2, 3]),
  /** Nominal line voltage in volt, from phase to neutral; the one that converts W to A (OCPP 1.6 §3.13). */
  voltageV: positive,
}).readonly();

/** Direct current, which the station rectifies (HFS-4). */
const DcConnector = z.strictObject({
  ...common,
  current: z.literal("DC"),
  /** The lowest output voltage, in volt. */
  voltageMinV: positive,
  /** The highest output voltage, in volt. */
  voltageMaxV: positive,
}).readonly();

/** Which current it is is asked first: what else may stand there depends on it. */
export const ConnectorHardware = z.looseObject({ current: z.enum(["AC", "DC"]) })
  .pipe(z.discriminatedUnion("current", [AcConnector, DcConnector]))
  .superRefine(checkConnector);
export type ConnectorHardware = z.infer<typeof ConnectorHardware>;

/** The most power that current and voltage allow, in watt. */
export function electricalLimitW(connector: ConnectorHardware): number {
  switch (connector.current) {
    case "AC":
      return connector.maxCurrentA * connector.voltageV * connector.phases;
    case "DC":
      return connector.maxCurrentA * connector.voltageMaxV;
  }
}

function checkConnector(connector: ConnectorHardware, context: z.RefinementCtx): void {
  const refuse = (field: keyof ConnectorHardware | "voltageMinV", input: unknown, message: string) =>
    context.addIssue({ code: "custom", path: [field], input, message });

  const { cable, lock, connectorType, current, maxPowerW } = connector;
  if (cable === "fixed" && lock) refuse("lock", lock, "write false, for a fixed cable has no lock");
  if (cable === "fixed" && !connectorType.startsWith("c")) {
    refuse("connectorType", connectorType, 'write a captive one ("c..."), for the cable is fixed');
  }
  if (cable === "detachable" && !connectorType.startsWith("s")) {
    refuse("connectorType", connectorType, 'write a socket ("s..."), for the cable is detachable');
  }
  if (current === "DC" && cable !== "fixed") {
    refuse("cable", cable, 'write "fixed", for DC flows through no other cable');
  }
  if (maxPowerW > electricalLimitW(connector)) {
    const limit = `write at most ${electricalLimitW(connector)}, which its current and voltage give`;
    refuse("maxPowerW", maxPowerW, limit);
  }
  if (current === "DC" && connector.voltageMinV > connector.voltageMaxV) {
    const limit = `write at most voltageMaxV, which is ${connector.voltageMaxV}`;
    refuse("voltageMinV", connector.voltageMinV, limit);
  }
}
