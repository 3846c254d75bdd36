/** How a session begins, by card and by RemoteStartTransaction (OCPP 1.6 §4.1, §4.8, §5.11; TC_003 to TC_027, TC_041). */
import { assert, assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import {
  actions,
  begun,
  bootedHouse,
  chargingHouse,
  contactorClosed,
  moments,
  reported,
  status,
  stored,
  swiped,
} from "./calm_house.ts";

async function plugged(house: CalmHouse, connectorId = 1): Promise<void> {
  assertEquals(house.station.verbs.plug(connectorId), { kind: "done" });
  await house.advance(0);
}

async function remoteStart(house: CalmHouse, payload: Readonly<Record<string, unknown>>): Promise<unknown> {
  const answer = await house.ask("RemoteStartTransaction", payload);
  assert(answer !== null && "result" in answer, JSON.stringify(answer));
  return (answer.result as { status: unknown }).status;
}

Deno.test("TC_003: plug in, then the card: Preparing, Authorize, StartTransaction, Charging", async () => {
  const house = await bootedHouse();
  await plugged(house);
  assertEquals([actions(house), reported(house)], [["StatusNotification"], ["Preparing"]]);
  await swiped(house, "ALICE");
  assertEquals(actions(house).slice(1, 2), ["Authorize"]);
  assertEquals(actions(house).slice(2).toSorted(), ["StartTransaction", "StatusNotification"]);
  assertEquals(reported(house), ["Preparing", "Charging"]);
  const { timestamp: _, ...start } = house.sent("StartTransaction")[0]?.payload ?? {};
  assertEquals(start, { connectorId: 1, idTag: "ALICE", meterStart: 0 });
  assert(contactorClosed(house));
});

Deno.test("TC_004_1: the card, then the plug: Authorize, Preparing, StartTransaction, Charging", async () => {
  const house = await bootedHouse();
  await swiped(house, "ALICE");
  assertEquals([actions(house)[0], reported(house)], ["Authorize", ["Preparing"]]);
  await house.advance(59_999);
  assertEquals(house.sent("StartTransaction"), []);
  await plugged(house);
  assertEquals([reported(house), house.sent("StartTransaction").length], [["Preparing", "Charging"], 1]);
  assert(contactorClosed(house));
});

Deno.test("TC_004_2: nobody plugs in: Available again after ConnectionTimeOut, and the car that comes later does not start", async () => {
  const house = await bootedHouse();
  await swiped(house, "ALICE");
  await house.advance(59_999);
  assertEquals(reported(house), ["Preparing"]);
  await house.advance(1);
  assertEquals(reported(house), ["Preparing", "Available"]);
  await plugged(house);
  assertEquals(house.sent("StartTransaction"), []);
});

Deno.test("ConnectionTimeOut: a new value holds for the next card", async () => {
  const house = await bootedHouse();
  await swiped(house, "ALICE");
  await house.ask("ChangeConfiguration", { key: "ConnectionTimeOut", value: "10" });
  await house.advance(59_999);
  assertEquals(status(house), "Preparing");
  await house.advance(1);
  await swiped(house, "ALICE");
  await house.advance(9_999);
  assertEquals(status(house), "Preparing");
  await house.advance(1);
  assertEquals(status(house), "Available");
});

Deno.test("B1: the same card again before the plug takes the intention back", async () => {
  const house = await bootedHouse();
  await swiped(house, "ALICE");
  await swiped(house, "alice");
  assertEquals([status(house), reported(house)], ["Available", ["Preparing", "Available"]]);
  await plugged(house);
  assertEquals(house.sent("StartTransaction"), []);
});

Deno.test("D-no-B6: a cable without a card stays Preparing for as long as it is in", async () => {
  const house = await bootedHouse();
  await plugged(house);
  await house.advance(24 * 3_600_000);
  assertEquals(reported(house), ["Preparing"]);
});

for (const first of ["card", "plug"] as const) {
  Deno.test(`TC_023_4: the central system refuses the card, ${first} first: no transaction`, async () => {
    const house = await bootedHouse({ judge: () => ({ status: "Invalid" }) });
    if (first === "plug") await plugged(house);
    await swiped(house, "MALLORY");
    if (first === "card") await plugged(house);
    await house.advance(120_000);
    assertEquals(reported(house), ["Preparing"]);
    assertEquals([house.sent("StartTransaction"), contactorClosed(house)], [[], false]);
  });
}

Deno.test("§7.27: a card whose expiryDate has passed is not accepted, whatever its status says", async () => {
  const house = await bootedHouse({
    judge: () => ({ status: "Accepted", expiryDate: "2025-12-31T23:59:59.000Z" }),
  });
  await plugged(house);
  await swiped(house, "ALICE");
  assertEquals(house.sent("StartTransaction"), []);
});

Deno.test("TC_041: on a faulted connector nothing starts, neither by card nor remotely nor once the fault is over", async () => {
  const house = await bootedHouse();
  house.station.verbs.fault(1, { errorCode: "GroundFailure" });
  await plugged(house);
  assertEquals([reported(house), house.sent()[0]?.payload.errorCode], [["Faulted"], "GroundFailure"]);
  await swiped(house, "ALICE");
  assertEquals(await remoteStart(house, { connectorId: 1, idTag: "ALICE" }), "Rejected");
  house.station.verbs.clearFault(1);
  await house.advance(120_000);
  assertEquals(reported(house), ["Faulted", "Preparing"]);
  assertEquals(house.sent("StartTransaction", "Authorize"), []);
});

Deno.test("house rule 9: a fault in a transaction opens the contactor at once, and it closes again when the fault is over", async () => {
  const house = await chargingHouse();
  house.station.verbs.fault(1, { errorCode: "GroundFailure" });
  await house.advance(0);
  assertEquals([contactorClosed(house), status(house)], [false, "Faulted"]);
  house.station.verbs.clearFault(1);
  await house.advance(0);
  assertEquals([contactorClosed(house), status(house)], [true, "Charging"]);
  assertEquals(house.sent("StopTransaction"), []);
});

Deno.test("a fault of the whole station reaches connector 0 and each connector", async () => {
  const house = await chargingHouse();
  house.station.verbs.fault(0, { errorCode: "OtherError", info: "smoke" });
  await house.advance(0);
  assertEquals([reported(house, 0), reported(house, 1), contactorClosed(house)], [
    ["Faulted"],
    ["Faulted"],
    false,
  ]);
  house.station.verbs.clearFault(0);
  await house.advance(0);
  assertEquals([reported(house, 0), reported(house, 1)], [["Faulted", "Available"], ["Faulted", "Charging"]]);
});

Deno.test("TC_010: plug in, then RemoteStartTransaction: Accepted, Authorize, StartTransaction, Charging", async () => {
  const house = await bootedHouse();
  await plugged(house);
  assertEquals(await remoteStart(house, { connectorId: 1, idTag: "ALICE" }), "Accepted");
  assertEquals(actions(house).slice(0, 2), ["StatusNotification", "Authorize"]);
  assertEquals([reported(house), contactorClosed(house)], [["Preparing", "Charging"], true]);
});

for (const authorize of [true, false]) {
  Deno.test(`TC_011_1: RemoteStartTransaction first, AuthorizeRemoteTxRequests ${authorize}: Preparing, then the plug`, async () => {
    const house = await bootedHouse({ settings: { AuthorizeRemoteTxRequests: String(authorize) } });
    assertEquals(await remoteStart(house, { connectorId: 1, idTag: "ALICE" }), "Accepted");
    assertEquals(house.sent("Authorize").length, authorize ? 1 : 0);
    assertEquals(reported(house), ["Preparing"]);
    await house.advance(30_000);
    await plugged(house);
    assertEquals([reported(house), house.sent("StartTransaction").length], [["Preparing", "Charging"], 1]);
  });
}

Deno.test("TC_011_2: RemoteStartTransaction, and nobody plugs in: Available at ConnectionTimeOut, no transaction", async () => {
  const house = await bootedHouse();
  await remoteStart(house, { connectorId: 1, idTag: "ALICE" });
  await house.advance(60_000);
  assertEquals(reported(house), ["Preparing", "Available"]);
  assertEquals([moments(house, "StatusNotification").at(-1), house.sent("StartTransaction")], [60_000, []]);
});

Deno.test("TC_023_5: RemoteStartTransaction of a card that is refused: Accepted, and no transaction", async () => {
  const house = await bootedHouse({ judge: () => ({ status: "Blocked" }) });
  assertEquals(await remoteStart(house, { connectorId: 1, idTag: "MALLORY" }), "Accepted");
  await plugged(house);
  assertEquals([house.sent("StartTransaction"), reported(house)], [[], ["Preparing"]]);
});

Deno.test("TC_026: RemoteStartTransaction on an occupied connector is Rejected, in each of its phases", async () => {
  const house = await bootedHouse();
  const again = () => remoteStart(house, { connectorId: 1, idTag: "BOB" });
  house.centralSystem.script("Authorize", { kind: "answer", afterMs: 1_000 });
  await swiped(house, "ALICE");
  assertEquals(await again(), "Rejected", "asked");
  await house.advance(1_000);
  assertEquals(await again(), "Rejected", "authorized");
  await plugged(house);
  assertEquals(await again(), "Rejected", "charging");
  await swiped(house, "ALICE");
  assertEquals(await again(), "Rejected", "ended, the cable still in");
  assertEquals(house.sent("StartTransaction").length, 1);
});

Deno.test("TC_027: RemoteStartTransaction for connector 0, or one that is not there, is refused", async () => {
  const house = await bootedHouse();
  for (const connectorId of [0, 2]) {
    const answer = await house.ask("RemoteStartTransaction", { connectorId, idTag: "ALICE" });
    const isRefused = answer !== null && ("error" in answer || JSON.stringify(answer).includes("Rejected"));
    assert(isRefused, JSON.stringify(answer));
  }
  await plugged(house);
  assertEquals(house.sent("StartTransaction"), []);
});

Deno.test("§5.11: without a connectorId it goes to the connector with a cable in, and to another when that is taken", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await plugged(house, 2);
  assertEquals(await remoteStart(house, { idTag: "ALICE" }), "Accepted");
  assertEquals(status(house, 2), "Charging");
  assertEquals(await remoteStart(house, { idTag: "BOB" }), "Accepted");
  assertEquals(status(house, 1), "Preparing");
  assertEquals(await remoteStart(house, { idTag: "CAROL" }), "Rejected");
});

Deno.test("law of the connector: the contactor closes only when StartTransaction is durable, the lock before it", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await plugged(house, 1);
  house.disk.commitMs = 100;
  await swiped(house, "ALICE");
  await house.advance(99);
  assertEquals([contactorClosed(house), house.station.board.state(1).locked], [false, true]);
  assertEquals((await stored(house, "outbox")).length, 0);
  await house.advance(1);
  assertEquals([contactorClosed(house), (await stored(house, "transaction")).length], [true, 1]);
});

Deno.test("a fault comes, or the card is taken back by a Reset, while the meter is being read: nothing is stored", async () => {
  for (const accident of ["fault", "reset"] as const) {
    const house = await bootedHouse({ meterMs: 500 });
    await begun(house);
    await house.advance(200);
    if (accident === "fault") house.station.verbs.fault(1, { errorCode: "GroundFailure" });
    else await house.ask("Reset", { type: "Soft" });
    await house.advance(1_000);
    assertEquals([house.durable.tried.size, contactorClosed(house)], [0, false], accident);
  }
});

Deno.test("the plug is pulled while the meter is being read: the card waits for it, and one transaction comes of it", async () => {
  const house = await bootedHouse({ meterMs: 500 });
  await begun(house);
  await house.advance(200);
  house.station.verbs.unplug(1);
  await house.advance(1_000);
  assertEquals([house.durable.tried.size, status(house)], [0, "Preparing"]);
  await plugged(house);
  await house.advance(500);
  assertEquals([house.durable.bills.length, status(house)], [1, "Charging"]);
});

Deno.test("the plug is pulled, or a fault comes, while the start is being stored: the energy never flows", async () => {
  for (const accident of ["unplug", "fault"] as const) {
    const house = await bootedHouse();
    await plugged(house);
    house.disk.commitMs = 100;
    await swiped(house, "ALICE");
    await house.advance(50);
    if (accident === "unplug") house.station.verbs.unplug(1);
    else house.station.verbs.fault(1, { errorCode: "GroundFailure" });
    await house.advance(1_000);
    assertEquals(contactorClosed(house), false, accident);
    const stops = house.sent("StopTransaction").map(({ payload }) => payload.reason);
    assertEquals([house.sent("StartTransaction").length, stops], [
      1,
      accident === "unplug" ? ["EVDisconnected"] : [],
    ]);
  }
});

Deno.test("§17, D-clock: with a clock that was never set nothing starts, since a bill needs a date", async () => {
  const house = await bootedHouse();
  house.clock.stepWall(-house.clock.wallMs());
  await begun(house);
  assertEquals([contactorClosed(house), house.durable.tried.size], [false, 0]);
  assertEquals(house.sent("StatusNotification").at(-1)?.payload.info, "the clock was never set");
});
