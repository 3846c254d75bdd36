/**
 * `simulate --csms ws://…` against a central system that none of us wrote, in strict mode: whole sessions, in the order and
 * with the fields that the lab's test cases ask for (conformance/octt.md §3), driven by hands on the hardware and by CALLs.
 */
import { assertEquals } from "@std/assert";
import { BOOTED, charges, leaves, plugsIn } from "./driver.ts";
import type { ChargePoint, Payload } from "./foreign_central_system.ts";
import { startForeignCentralSystem } from "./foreign_central_system.ts";
import { assertBilled, assertBillsAddUp, assertNext, energyFlows } from "./session.ts";
import type { SimulatorProcess } from "./simulator_process.ts";
import { HURRIED, startSimulator } from "./simulator_process.ts";
import { stepsOf } from "./step.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

Deno.test("simulate charges against ocpp-rpc in strict mode", async (context) => {
  const step = stepsOf(context);
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const state = `${directory.path}/state`;
  const options = ["--csms", central.url, "--state", state, ...HURRIED];
  await using simulator = await startSimulator(directory.path, ...options);
  const chargePoint = central.chargePoint("CP001");

  await step("it boots, and tells its status and its connector's (§4.2, §4.9)", async () => {
    await assertNext(chargePoint, ...BOOTED);
    assertEquals(await chargePoint.heard("BootNotification", 1), [{
      chargePointVendor: "chargerd",
      chargePointModel: "Simulator",
    }]);
  });
  await step("TC_003: plugged in first, then the card; the same card stops it", async () => {
    await charges(simulator, chargePoint, 1, "LOCAL");
    await simulator.post("/hardware/reader/swipe", { idTag: "LOCAL" });
    await assertNext(chargePoint, ["StopTransaction LOCAL Local", "StatusNotification 1 Finishing"]);
    await leaves(simulator, chargePoint);
    assertBilled(chargePoint, 1, { idTag: "LOCAL", reason: "Local", stoppedWith: "LOCAL" });
  });
  await step(
    "TC_010 and TC_012: plugged in first, started and stopped remotely",
    () => startsAndStopsRemotely(simulator, chargePoint),
  );
  await step(
    "TC_011_1: started remotely first, without a question; the car's driver pulls the plug",
    () => startsRemotelyFirst(simulator, chargePoint),
  );
  await step("a card that is refused starts nothing (§4.1)", async () => {
    await plugsIn(simulator, chargePoint);
    await simulator.post("/hardware/reader/swipe", { idTag: "STRANGER" });
    await assertNext(chargePoint, "Authorize STRANGER");
    await leaves(simulator, chargePoint);
  });
  await step("the three bills add up to what the hardware's meter counted", async () => {
    assertEquals(chargePoint.ledger.entries.length, 3);
    await assertBillsAddUp(chargePoint, state);
  });
  await step("GetConfiguration and ChangeConfiguration (§5.8, §5.3)", () => configures(chargePoint));
  await step("TriggerMessage (§5.17, TC_054, TC_055)", () => isTriggered(chargePoint));
  await step(
    "the local list, a charging profile; and what is unknown or not built has its answer (OCPP-J §4.2.3)",
    () => declines(chargePoint),
  );
  central.assertStrict();
});

async function startsAndStopsRemotely(simulator: SimulatorProcess, chargePoint: ChargePoint): Promise<void> {
  assertEquals(await askKey(chargePoint, "AuthorizeRemoteTxRequests"), "true");
  await plugsIn(simulator, chargePoint);
  const start = { connectorId: 1, idTag: "REMOTE" };
  assertEquals(await ask(chargePoint, "RemoteStartTransaction", start), accepted);
  await assertNext(chargePoint, "Authorize REMOTE", [
    "StartTransaction 1 REMOTE",
    "StatusNotification 1 Charging",
  ]);
  await energyFlows(chargePoint, 2);
  const unknown = await ask(chargePoint, "RemoteStopTransaction", { transactionId: 99 });
  assertEquals(unknown, { status: "Rejected" });
  assertEquals(await ask(chargePoint, "RemoteStopTransaction", { transactionId: 2 }), accepted);
  await assertNext(chargePoint, ["StopTransaction Remote", "StatusNotification 1 Finishing"]);
  await leaves(simulator, chargePoint);
  assertBilled(chargePoint, 2, { idTag: "REMOTE", reason: "Remote" });
}

async function startsRemotelyFirst(simulator: SimulatorProcess, chargePoint: ChargePoint): Promise<void> {
  const change = { key: "AuthorizeRemoteTxRequests", value: "false" };
  assertEquals(await ask(chargePoint, "ChangeConfiguration", change), accepted);
  assertEquals(await askKey(chargePoint, "AuthorizeRemoteTxRequests"), "false");
  const start = { connectorId: 1, idTag: "REMOTE" };
  assertEquals(await ask(chargePoint, "RemoteStartTransaction", start), accepted);
  await assertNext(chargePoint, "StatusNotification 1 Preparing");
  await simulator.post("/hardware/connectors/1/plug");
  await assertNext(chargePoint, ["StartTransaction 1 REMOTE", "StatusNotification 1 Charging"]);
  await energyFlows(chargePoint, 3);
  await simulator.post("/hardware/connectors/1/unplug", { side: "ev" });
  await assertNext(chargePoint, [
    "StopTransaction EVDisconnected",
    "StatusNotification 1 Finishing EV side disconnected",
    "StatusNotification 1 Available",
  ]);
  assertBilled(chargePoint, 3, { idTag: "REMOTE", reason: "EVDisconnected" });
}

async function configures(chargePoint: ChargePoint): Promise<void> {
  const all = await ask(chargePoint, "GetConfiguration", {}) as Configuration;
  const profiles = all.configurationKey.find(({ key }) => key === "SupportedFeatureProfiles");
  const profilesOn = "Core,LocalAuthListManagement,SmartCharging,RemoteTrigger,Reservation";
  assertEquals(profiles, { key: "SupportedFeatureProfiles", readonly: true, value: profilesOn });
  assertEquals(await ask(chargePoint, "GetConfiguration", { key: ["MeterValueSampleInterval", "Nothing"] }), {
    configurationKey: [{ key: "MeterValueSampleInterval", readonly: false, value: "2" }],
    unknownKey: ["Nothing"],
  });
  const changes = [
    ["MeterValueSampleInterval", "3", "Accepted"],
    ["MeterValueSampleInterval", "-1", "Rejected"],
    ["NumberOfConnectors", "2", "Rejected"],
    ["Nothing", "1", "NotSupported"],
  ] as const;
  for (const [key, value, status] of changes) {
    assertEquals(await ask(chargePoint, "ChangeConfiguration", { key, value }), { status });
  }
  assertEquals(await askKey(chargePoint, "MeterValueSampleInterval"), "3");
}

async function isTriggered(chargePoint: ChargePoint): Promise<void> {
  const count = (action: string) => chargePoint.calls.all.filter((call) => call.action === action).length;
  const trigger = (requestedMessage: string, more = {}) =>
    ask(chargePoint, "TriggerMessage", { requestedMessage, ...more });
  const heartbeats = count("Heartbeat");
  assertEquals(await trigger("Heartbeat"), accepted);
  await chargePoint.heard("Heartbeat", heartbeats + 1);
  assertEquals(await trigger("StatusNotification"), accepted);
  await assertNext(chargePoint, ["StatusNotification 0 Available", "StatusNotification 1 Available"]);
  const samples = count("MeterValues");
  assertEquals(await trigger("MeterValues", { connectorId: 1 }), accepted);
  const sample = (await chargePoint.heard("MeterValues", samples + 1)).at(-1);
  assertEquals([sample?.["connectorId"], sample?.["transactionId"]], [1, undefined]);
  assertEquals(await trigger("MeterValues", { connectorId: 2 }), { status: "Rejected" });
  // Errata v4.0 §3.35: not once accepted.
  assertEquals(await trigger("BootNotification"), { status: "Rejected" });
  assertEquals(await trigger("FirmwareStatusNotification"), accepted);
  assertEquals((await chargePoint.heard("FirmwareStatusNotification", 1)).at(-1), { status: "Idle" });
}

async function declines(chargePoint: ChargePoint): Promise<void> {
  const id = chargePoint.sendRaw("MakeCoffee", {});
  const answers = await chargePoint.rawAnswers.until("an answer", (all) => all.length > 0 ? all : undefined);
  assertEquals(answers.map((frame) => frame.slice(0, 3)), [[4, id, "NotImplemented"]]);
  const list = { listVersion: 1, updateType: "Full", localAuthorizationList: [] };
  assertEquals(await ask(chargePoint, "SendLocalList", list), accepted);
  const chargingProfile = {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: "TxDefaultProfile",
    chargingProfileKind: "Absolute",
    chargingSchedule: { chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
  };
  assertEquals(
    await ask(chargePoint, "SetChargingProfile", { connectorId: 1, csChargingProfiles: chargingProfile }),
    accepted,
  );
  assertEquals(await ask(chargePoint, "GetDiagnostics", { location: "ftp://x" }), {
    errorCode: "NotSupported",
  });
}

interface Configuration {
  readonly configurationKey: readonly {
    readonly key: string;
    readonly readonly: boolean;
    readonly value: string;
  }[];
}

const accepted = { status: "Accepted" };

async function ask(chargePoint: ChargePoint, action: string, payload: Payload): Promise<unknown> {
  const outcome = await chargePoint.call(action, payload);
  return "payload" in outcome ? outcome.payload : outcome;
}

async function askKey(chargePoint: ChargePoint, key: string): Promise<unknown> {
  const answer = await ask(chargePoint, "GetConfiguration", { key: [key] }) as Configuration;
  return answer.configurationKey.find((one) => one.key === key)?.value;
}
