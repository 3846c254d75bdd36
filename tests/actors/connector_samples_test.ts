/** Clock-aligned values outside of a transaction: one is under way at a time, and what is none keeps none back (decision D-aligned). */
import { assertEquals } from "@std/assert";
import { stationKeyTable } from "../../actors/charger_config.ts";
import { ConnectorMeter } from "../../actors/connector_meter.ts";
import { ConnectorSamples, type Moment } from "../../actors/connector_samples.ts";
import { type Settings, settings } from "../../protocol/configuration.ts";
import { profileOf } from "../sim/world.ts";

const nobody = { id: "nobody", send: () => true };
const settingsOfSoC: Settings = {
  ...settings(stationKeyTable(profileOf("reference-dc")), new Map()),
  MeterValuesAlignedData: ["SoC"],
};

/** What it has sent, and what it does so with. */
function samples() {
  const sent: number[] = [];
  const self = { ask: () => void sent.push(sent.length), trace: () => {} };
  const meter = new ConnectorMeter(self, { connectorId: 1, meter: nobody, offeredA: () => 0 });
  return { sent, samples: new ConnectorSamples(self, { connectorId: 1, outbox: nobody }, meter) };
}

const board = {
  plug: "none",
  contactorClosed: false,
  locked: false,
  lockFailed: false,
  evDemandsEnergy: false,
  fault: null,
  warning: null,
} as const;
const unknown: Moment = {
  reading: { energyWh: 0, meterSerialNumber: "M1" },
  board,
  settings: settingsOfSoC,
  atMs: 0,
};
const known: Moment = { ...unknown, board: { ...board, evSocPercent: 50 } };

Deno.test("a moment without the measurand that is asked for keeps none back", () => {
  const { samples: one, sent } = samples();
  one.sendAligned(unknown);
  assertEquals(sent.length, 0);
  one.sendAligned(known);
  assertEquals(sent.length, 1);
});

Deno.test("one that is under way keeps the next back until it is concluded itself, and not what was triggered", () => {
  const { samples: one, sent } = samples();
  one.sendAligned(known);
  one.concluded({ kind: "MeterValuesConcluded", of: "triggered" });
  one.sendAligned(known);
  assertEquals(sent.length, 1);
  one.concluded({ kind: "MeterValuesConcluded", of: "aligned" });
  one.sendAligned(known);
  assertEquals(sent.length, 2);
});
