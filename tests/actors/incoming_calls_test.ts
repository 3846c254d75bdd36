/** What the central system asks: each CALL gets one answer with its own id, whatever it asks (OCPP-J 1.6 §4.1.4, §4.2.3; spec/rpc.md §5, §6). */
import { assertEquals } from "@std/assert";
import { formatCall } from "../../protocol/frame.ts";
import { coreOnly } from "../hal/stations.ts";
import type { Answered, CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import { bootedHouse, charging, chargingHouse, contactorClosed } from "./calm_house.ts";

function check(
  sentence: string,
  action: string,
  payload: unknown,
  expected: Answered,
  options: CalmHouseOptions = {},
): void {
  Deno.test(`${action}: ${sentence}`, async () => {
    const house = await bootedHouse(options);
    assertEquals(await house.ask(action, payload), expected);
    assertEquals([house.centralSystem.breaches, house.crashes()], [[], []]);
  });
}

const isOff: CalmHouseOptions = { station: coreOnly };

function status(value: string): Answered {
  return { result: { status: value } };
}

check("an action that OCPP 1.6 does not have", "SetVariables", {}, { error: "NotImplemented" });
check("a name of JavaScript's own", "constructor", {}, { error: "NotImplemented" });
check("what only a charge point sends", "BootNotification", {}, { error: "NotSupported" });
check("a profile that is not built", "GetDiagnostics", { location: "ftp://x" }, { error: "NotSupported" });
check("TC_048_4: the profile is off", "ReserveNow", {}, status("Rejected"), isOff);
check("TC_050_4: the profile is off", "CancelReservation", {}, status("Rejected"), isOff);
check("TC_043_1: the profile is off", "SendLocalList", {}, status("NotSupported"), isOff);
check(
  "TC_042_1: the profile is off",
  "GetLocalListVersion",
  {},
  { result: { listVersion: -1 } },
  isOff,
);
check("an empty cache is cleared, too", "ClearCache", {}, status("Accepted"));
check("TC_062: a vendor that is not known", "DataTransfer", { vendorId: "x" }, status("UnknownVendorId"));
check("§5.6: our own vendor", "DataTransfer", { vendorId: "chargerd" }, status("UnknownMessageId"));
check("a required field is missing", "DataTransfer", { messageId: "x" }, { error: "ProtocolError" });
check("TC_017_2: a fixed cable", "UnlockConnector", { connectorId: 1 }, status("NotSupported"));
check(
  "what is so already",
  "ChangeAvailability",
  { connectorId: 0, type: "Operative" },
  status("Accepted"),
);

check("a required field is missing", "ChangeConfiguration", { key: "HeartbeatInterval" }, {
  error: "ProtocolError",
});
check("a wrong type", "RemoteStopTransaction", { transactionId: "1" }, { error: "TypeConstraintViolation" });
check("an unknown literal", "Reset", { type: "Warm" }, { error: "PropertyConstraintViolation" });
check("a string that is too long", "RemoteStartTransaction", { idTag: "x".repeat(21) }, {
  error: "PropertyConstraintViolation",
});
check("a property that is not there", "Reset", { type: "Soft", when: "now" }, {
  error: "FormationViolation",
});
check("a payload that is no object", "Reset", [], { error: "FormationViolation" });
check("more keys than GetConfigurationMaxKeys", "GetConfiguration", { key: ["a", "b", "c", "d", "e", "f"] }, {
  error: "OccurenceConstraintViolation",
});

Deno.test("an invalid request reaches no actor: Reset with an unknown type stops nothing", async () => {
  const house = await chargingHouse();
  await house.ask("Reset", { type: "Warm" });
  assertEquals([contactorClosed(house), house.restarts], [true, []]);
});

Deno.test("spec/rpc.md §6: what is no CALL is not answered, and the connection stays", async () => {
  const house = await bootedHouse();
  for (
    const text of ["", "[", "{}", "[9]", '[9,"x",{}]', '["2","x","Reset",{}]', "[2,{}]", '[3,"x"]', "\u0000"]
  ) {
    house.centralSystem.say(text);
    await house.advance(0);
  }
  assertEquals(house.centralSystem.answers, []);
  assertEquals(house.effects("IgnoreFrame").length, 9);
  assertEquals(await house.ask("ClearCache", {}), status("Accepted"));
});

Deno.test("spec/rpc.md §6: a CALL with a defect and a known id is a FormationViolation", async () => {
  const house = await bootedHouse();
  house.centralSystem.say('[2,"mine","Reset"]', ["mine"]);
  await house.advance(0);
  const [answer] = house.centralSystem.answers;
  assertEquals(answer?.kind === "CallError" && [answer.id, answer.errorCode], ["mine", "FormationViolation"]);
});

/** Asks under an id of the test's own. */
function say(house: CalmHouse, id: string, key = "MeterValueSampleInterval", value = "20"): void {
  house.centralSystem.say(
    formatCall({ kind: "Call", id, action: "ChangeConfiguration", payload: { key, value } }),
    [id],
  );
}

function answersTo(house: CalmHouse, id: string): readonly string[] {
  return house.centralSystem.answers.filter((answer) => answer.id === id)
    .map((answer) => answer.kind === "CallError" ? answer.errorCode : "result");
}

Deno.test("OCPP-J §4.2.3: an id that is being handled is refused, and may come again when it is answered", async () => {
  const house = await bootedHouse();
  house.disk.commitMs = 100;
  say(house, "one");
  await house.advance(50);
  say(house, "one");
  await house.advance(0);
  assertEquals(answersTo(house, "one"), ["GenericError"]);
  await house.advance(50);
  assertEquals(answersTo(house, "one"), ["GenericError", "result"]);
  say(house, "one");
  await house.advance(100);
  assertEquals(answersTo(house, "one"), ["GenericError", "result", "result"]);
});

Deno.test("at most 100 CALLs are being handled; the next one is refused, and none is forgotten", async () => {
  const house = await bootedHouse();
  house.disk.commitMs = 100;
  for (let n = 1; n <= 101; n++) say(house, `id-${n}`);
  await house.advance(0);
  assertEquals(house.centralSystem.answers.map(({ id, kind }) => `${id} ${kind}`), ["id-101 CallError"]);
  await house.advance(100 * 100);
  assertEquals(new Set(house.centralSystem.answers.map(({ id }) => id)).size, 101);
});

Deno.test("an actor that crashes while it answers: InternalError at once", async () => {
  const house = await bootedHouse();
  house.disk.commitMs = 100;
  say(house, "one");
  await house.advance(50);
  house.system().crash("configuration");
  await house.advance(0);
  assertEquals(answersTo(house, "one"), ["InternalError"]);
});

Deno.test("a store that hangs: the turn is given up after 10 s, and who asked gets InternalError", async () => {
  const house = await bootedHouse();
  house.disk.commitMs = 60_000;
  say(house, "one");
  await house.advance(9_999);
  assertEquals(answersTo(house, "one"), []);
  await house.advance(1);
  assertEquals(answersTo(house, "one"), ["InternalError"]);
});

Deno.test("the answer to a CALL of an earlier connection is not sent on the next one", async () => {
  const house = await bootedHouse();
  house.disk.commitMs = 5_000;
  say(house, "one");
  await house.advance(10);
  house.centralSystem.cut();
  await house.advance(60_000);
  assertEquals([house.centralSystem.connected(), house.centralSystem.answers], [true, []]);
});

Deno.test("OCPP-J §4.1.4: an id that an earlier connection has used as well gets its own answer, not that one's", async () => {
  const house = await bootedHouse();
  house.disk.commitMs = 8_000;
  say(house, "one");
  await house.advance(10);
  house.centralSystem.cut();
  await house.advance(3_000);
  assertEquals(house.centralSystem.connected(), true);
  say(house, "one", "Frobnicate");
  await house.advance(20_000);
  const [answer, ...others] = house.centralSystem.answers;
  assertEquals(others, []);
  assertEquals(answer?.kind === "CallResult" && answer.payload, { status: "NotSupported" });
});

Deno.test("OCPP-J §4.1.1: CALLs are answered while transactions of two connectors run and samples go out", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets", settings: { MeterValueSampleInterval: "1" } });
  await charging(house, 1, "ALICE");
  await charging(house, 2, "BOB");
  for (let n = 0; n < 20; n++) {
    assertEquals(await house.ask("ClearCache", {}), status("Accepted"));
    await house.advance(500);
  }
  assertEquals([house.centralSystem.breaches, house.wireBreaches()], [[], []]);
});
