/**
 * What follows when StartTransaction.conf refuses the idTag of a running transaction: StopTransactionOnInvalidId and
 * MaxEnergyOnInvalidId (OCPP 1.6 §4.8, §9.1.14, §9.1.23; errata v4.0 §3.5, §3.17; spec/behaviour.md §4.5).
 */
import { assertEquals } from "@std/assert";
import type { ConnectorEvent, ConnectorRules } from "../../protocol/connector_facts.ts";
import { wantsContactor } from "../../protocol/connector_status.ts";
import {
  accept,
  after,
  answerStart,
  cable,
  charging,
  chargingLocked,
  plug,
  present,
  remoteStop,
  startCommitted,
  stopCommitted,
  story,
} from "./connector_story.ts";

/** The transaction goes on, and its energy ends 300 Wh after the refusal, which came at 5000 Wh. */
const grace: Partial<ConnectorRules> = { stopOnInvalidId: false, maxEnergyOnInvalidIdWh: 300 };

function measured(energyWh: number): ConnectorEvent {
  return { kind: "EnergyMeasured", energyWh };
}

story("TC_037_3: refused by StartTransaction.conf, it stops if StopTransactionOnInvalidId is true", [
  ...charging,
  [answerStart(false), "Finishing", "CommitStop 1 DeAuthorized"],
  [stopCommitted, "Finishing"],
]);

story(
  "TC_037_2: refused by StartTransaction.conf, it goes on without energy if StopTransactionOnInvalidId is false",
  [
    ...charging,
    [answerStart(false), "SuspendedEVSE"],
    [plug("both", { demand: false }), "SuspendedEVSE"],
    [answerStart(true), "SuspendedEVSE"],
    [remoteStop, "Finishing", "CommitStop 1 Remote"],
  ],
  { stopOnInvalidId: false },
);

story("§4.9: refused and unplugged, SuspendedEVSE wins over SuspendedEV", [
  ...chargingLocked,
  [answerStart(false), "SuspendedEVSE, held"],
  [cable("station", "closed"), "SuspendedEVSE (EV side disconnected), held"],
], { stopOnInvalidId: false, stopOnEvSideDisconnect: false });

for (const stopOnInvalidId of [true, false]) {
  story(`§4.5: refused when it stops already, it stops for the reason that came first (${stopOnInvalidId})`, [
    ...charging,
    [remoteStop, "Finishing", "CommitStop 1 Remote"],
    [answerStart(false), "Finishing"],
    [stopCommitted, "Finishing"],
  ], { stopOnInvalidId, maxEnergyOnInvalidIdWh: 300 });
}

story("errata v4.0 §3.5: after DeAuthorized the cable stays held until the same tag is presented", [
  ...chargingLocked,
  [answerStart(false), "Finishing, held", "CommitStop 1 DeAuthorized"],
  [stopCommitted, "Finishing, held"],
  [present("STRANGER"), "Finishing, held"],
  [cable("station", "closed"), "Finishing, held"],
  [present("driver"), "Finishing"],
  [cable("none", "open"), "Available"],
]);

story("errata v4.0 §3.5: or a tag of the group that the refusal itself has told of", [
  ...chargingLocked,
  [answerStart(false, "GROUP"), "Finishing, held", "CommitStop 1 DeAuthorized"],
  [stopCommitted, "Finishing, held"],
  [present("FRIEND"), "Finishing, held", "AskAuthorization FRIEND"],
  [accept("FRIEND", "group"), "Finishing"],
]);

story("a fixed cable is held for nobody: after DeAuthorized the next driver may start (F2)", [
  ...charging,
  [answerStart(false, "GROUP"), "Finishing", "CommitStop 1 DeAuthorized"],
  [stopCommitted, "Finishing"],
  [present("STRANGER"), "Finishing", "AskAuthorization STRANGER"],
  [accept("STRANGER"), "Preparing", "CommitStart STRANGER"],
  [startCommitted, "Charging"],
]);

story("MaxEnergyOnInvalidId: refused, it goes on for so much energy and then without any", [
  ...charging,
  [answerStart(false), "Charging"],
  [measured(5_299.9), "Charging"],
  [measured(5_300), "SuspendedEVSE"],
  [measured(5_299), "SuspendedEVSE"],
  [present("DRIVER"), "Finishing", "CommitStop 1 Local by DRIVER"],
], grace);

story("MaxEnergyOnInvalidId: what was delivered before the refusal is not counted", [
  ...charging,
  [measured(4_999), "Charging"],
  [answerStart(false), "Charging"],
  [measured(5_100), "Charging"],
], grace);

story("MaxEnergyOnInvalidId: one who is accepted has no such limit", [
  ...charging,
  [answerStart(true), "Charging"],
  [measured(1_000_000), "Charging"],
], grace);

story("MaxEnergyOnInvalidId: a second answer that accepts lifts no limit", [
  ...charging,
  [answerStart(false), "Charging"],
  [answerStart(true), "Charging"],
  [measured(5_300), "SuspendedEVSE"],
], grace);

story("decision: StopTransactionOnInvalidId has priority: with both, a refusal stops at once", [
  ...charging,
  [answerStart(false), "Finishing", "CommitStop 1 DeAuthorized"],
], { stopOnInvalidId: true, maxEnergyOnInvalidIdWh: 300 });

story("MaxEnergyOnInvalidId: a register that is read when nothing runs, or stops, changes nothing", [
  [measured(9_999), "Available"],
  ...charging,
  [answerStart(false), "Charging"],
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [measured(9_999), "Finishing"],
  [stopCommitted, "Finishing"],
], grace);

Deno.test({
  name: "connector: MaxEnergyOnInvalidId: the contactor stays closed for just that energy",
  permissions: "none",
}, () => {
  const refused = [...charging.map(([event]) => event), answerStart(false)];
  const wishes = [[], [measured(5_299)], [measured(5_300)]].map((more) =>
    wantsContactor(after([...refused, ...more], grace))
  );
  assertEquals(wishes, [true, true, false]);
});
