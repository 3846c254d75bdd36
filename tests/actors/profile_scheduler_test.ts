/** Smart charging in the house: what is installed, what the hardware is told and when, what ends with a transaction (OCPP 1.6 §3.13; spec/behaviour.md §12; TC_056 to TC_060, TC_066, TC_082). */
import { assert, assertEquals } from "@std/assert";
import { acTwoSockets, coreOnly, referenceDc } from "../hal/stations.ts";
import {
  begun,
  bootedHouse,
  charging,
  chargingHouse,
  contactorClosed,
  reported,
  status,
  stored,
  swiped,
} from "./calm_house.ts";
import { answer, fromNow, max, offered, set, transactionId, tx } from "./profile_requests.ts";

Deno.test("TC_056: a TxDefaultProfile is at the board before anybody charges", async () => {
  const house = await bootedHouse();
  assertEquals(offered(house), 125);
  assertEquals(await set(house, { 0: 6 }), "Accepted");
  assertEquals([offered(house), contactorClosed(house)], [6, false]);
  await charging(house);
  assertEquals([offered(house), contactorClosed(house)], [6, true]);
});

Deno.test("TC_082: a new TxDefaultProfile holds at once for the transaction that runs, and its end too", async () => {
  const house = await chargingHouse();
  assertEquals(await set(house, { 0: 6 }), "Accepted");
  assertEquals(offered(house), 6);
  assertEquals(await answer(house, "ClearChargingProfile", { id: 1 }), "Accepted");
  assertEquals(offered(house), 125);
  assertEquals(await answer(house, "ClearChargingProfile", { id: 1 }), "Unknown");
});

Deno.test("TC_057, TC_058: a TxProfile for the transaction that runs, and for no other", async () => {
  const house = await bootedHouse();
  assertEquals(await set(house, { 0: 8 }, { ...tx, transactionId: 1 }), "Rejected");
  await charging(house);
  assertEquals(await set(house, { 0: 8 }, { ...tx, transactionId: transactionId(house) + 1 }), "Rejected");
  assertEquals(offered(house), 125);
  assertEquals(await set(house, { 0: 8 }, { ...tx, transactionId: transactionId(house) }), "Accepted");
  assertEquals(offered(house), 8);
});

Deno.test("a TxProfile that comes with the answer to StartTransaction finds its transaction", async () => {
  const house = await bootedHouse();
  house.disk.commitMs = 100;
  house.station.verbs.plug(1);
  await swiped(house, "ALICE");
  while (house.centralSystem.open().length === 0) await house.clock.step();
  const id = house.centralSystem.call("SetChargingProfile", {
    connectorId: 1,
    csChargingProfiles: fromNow(house, { 0: 8 }, { ...tx, transactionId: transactionId(house) }),
  });
  await house.advance(1_000);
  const told = house.centralSystem.answers.find((one) => one.id === id);
  assertEquals(told?.kind === "CallResult" ? told.payload : told, { status: "Accepted" });
  assertEquals(offered(house), 8);
});

Deno.test("§3.13.1: a TxProfile ends with its transaction, and the next one does not meet it", async () => {
  const house = await chargingHouse();
  await set(house, { 0: 8 }, tx);
  assertEquals((await stored(house, "profile")).length, 1);
  await swiped(house, "ALICE");
  assertEquals([await stored(house, "profile"), offered(house)], [[], 125]);
});

Deno.test("a limit that falls is told a second before, one that rises when it does, and nothing between the edges", async () => {
  const house = await chargingHouse();
  await set(house, { 0: 16, 60: 8, 120: 32 });
  const told: (readonly [atS: number, limitA: number])[] = [];
  const startMs = house.clock.monotonicMs();
  house.watch(() => {
    const atS = (house.clock.monotonicMs() - startMs) / 1_000;
    if (told.at(-1)?.[1] !== offered(house)) told.push([atS, offered(house)]);
  });
  await house.advance(300_000);
  assertEquals(told.slice(1), [[59, 8], [120, 32]]);
});

Deno.test("TC_059: the profile of a RemoteStartTransaction is at the board when the contactor closes", async () => {
  const house = await bootedHouse();
  house.station.verbs.plug(1);
  await house.advance(0);
  const closedAtA: number[] = [];
  house.watch(() => {
    if (contactorClosed(house)) closedAtA.push(offered(house));
  });
  const chargingProfile = fromNow(house, { 0: 10 }, tx);
  const start = { connectorId: 1, idTag: "ALICE", chargingProfile };
  assertEquals(await answer(house, "RemoteStartTransaction", start), "Accepted");
  assertEquals(new Set(closedAtA), new Set([10]));
  const composite = { connectorId: 1, duration: 300, chargingRateUnit: "A" };
  const told = await house.ask("GetCompositeSchedule", composite);
  assert(told !== null && "result" in told);
  const { chargingSchedule } = told.result as { chargingSchedule: unknown };
  assertEquals(chargingSchedule, {
    duration: 300,
    chargingRateUnit: "A",
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }],
  });
  // §3.10: a later one with the same stackLevel replaces it.
  assertEquals(await set(house, { 0: 9 }, { ...tx, id: 5, transactionId: transactionId(house) }), "Accepted");
  assertEquals([offered(house), (await stored(house, "profile")).length], [9, 1]);
});

Deno.test("TC_060: a RemoteStartTransaction with another profile is Rejected, and nothing begins", async () => {
  const house = await bootedHouse();
  house.station.verbs.plug(1);
  const start = { connectorId: 1, idTag: "ALICE", chargingProfile: fromNow(house, { 0: 10 }) };
  assertEquals(await answer(house, "RemoteStartTransaction", start), "Rejected");
  assertEquals([offered(house), house.sent("StartTransaction"), status(house)], [125, [], "Preparing"]);
});

Deno.test("a profile goes with the RemoteStartTransaction that comes to nothing", async () => {
  const house = await bootedHouse();
  const start = { connectorId: 1, idTag: "ALICE", chargingProfile: fromNow(house, { 0: 10 }, tx) };
  assertEquals(await answer(house, "RemoteStartTransaction", start), "Accepted");
  assertEquals([offered(house), (await stored(house, "offeredProfile")).length], [10, 1]);
  await house.advance(60_000);
  assertEquals([status(house), offered(house), await stored(house, "offeredProfile")], [
    "Available",
    125,
    [],
  ]);

  await charging(house);
  await set(house, { 0: 8 }, tx);
  assertEquals(await answer(house, "RemoteStartTransaction", start), "Rejected");
  assertEquals(offered(house), 8);
});

Deno.test("a connector out of use takes no profile with a RemoteStartTransaction", async () => {
  const house = await bootedHouse();
  await answer(house, "ChangeAvailability", { connectorId: 1, type: "Inoperative" });
  const start = { connectorId: 1, idTag: "ALICE", chargingProfile: fromNow(house, { 0: 10 }, tx) };
  assertEquals(await answer(house, "RemoteStartTransaction", start), "Rejected");
  assertEquals([offered(house), await stored(house, "offeredProfile")], [125, []]);
});

Deno.test("errata v4.0 §3.37: profiles survive a power cut, but for that of the transaction that it ended", async () => {
  const house = await chargingHouse();
  await set(house, { 0: 20 });
  await set(house, { 0: 30 }, max);
  await set(house, { 0: 8 }, tx);
  house.cutPower(0);
  await house.restorePower();
  await house.advance(60_000);
  assertEquals([offered(house), (await stored(house, "profile")).length], [20, 2]);
  await swiped(house, "BOB");
  assertEquals([offered(house), contactorClosed(house)], [20, true]);
});

Deno.test("a transaction that goes on after a power cut keeps its profile", async () => {
  const powerLoss = { ...referenceDc.powerLoss, onPowerLoss: "resume" } as const;
  const house = await bootedHouse({ station: { ...referenceDc, powerLoss } });
  await charging(house);
  await set(house, { 0: 16, 600: 8 }, tx);
  house.cutPower(0);
  await house.restorePower();
  await house.advance(60_000);
  assertEquals([status(house), offered(house), (await stored(house, "profile")).length], ["Charging", 16, 1]);
  await house.advance(540_000);
  assertEquals(offered(house), 8);
});

Deno.test("after a boot the limit is at the board before a contactor closes, however slow the others are to start", async () => {
  const powerLoss = { ...acTwoSockets.powerLoss, onPowerLoss: "resume" } as const;
  const house = await bootedHouse({ station: { ...acTwoSockets, powerLoss } });
  await charging(house);
  await set(house, { 0: 8 });
  house.cutPower(0);
  const seen = new Set<number>();
  house.watch(() => void (contactorClosed(house) && seen.add(offered(house))));
  house.disk.readMs = 50;
  await house.restorePower();
  await house.advance(60_000);
  assertEquals([status(house), seen], ["Charging", new Set([8])]);
});

Deno.test("a scheduler that crashes goes on with the transaction's profile, and its edges", async () => {
  const house = await chargingHouse();
  await set(house, { 0: 16, 60: 8 }, tx);
  let mostA = 0;
  house.watch(() => void (mostA = Math.max(mostA, offered(house))));
  house.system().crash("profile_scheduler", "by hand");
  await house.advance(10_000);
  assertEquals(mostA, 16);
  assertEquals([offered(house), (await stored(house, "profile")).length], [16, 1]);
  await house.advance(49_000);
  assertEquals(offered(house), 8);
});

Deno.test("a scheduler that crashes tells the board nothing before all connectors have said what they do", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house, 2, "BOB");
  await set(house, { 0: 16 }, { ...tx, on: 2 });
  let mostA = 0;
  house.watch(() => void (mostA = Math.max(mostA, offered(house, 2))));
  house.system().crash("profile_scheduler", "by hand");
  house.disk.readMs = 50;
  house.system().crash("connector:2", "by hand");
  await house.advance(10_000);
  assertEquals([offered(house, 2), mostA], [16, 16]);
});

Deno.test("a connector that crashes keeps its transaction's profile", async () => {
  const house = await chargingHouse();
  await set(house, { 0: 16 }, tx);
  house.system().crash("connector:1", "by hand");
  await house.advance(10_000);
  assertEquals([offered(house), contactorClosed(house), (await stored(house, "profile")).length], [
    16,
    true,
    1,
  ]);
});

Deno.test("a connector that crashes while nothing is offered comes back as SuspendedEVSE", async () => {
  const house = await chargingHouse();
  await set(house, { 0: 0 });
  house.system().crash("connector:1", "by hand");
  await house.advance(10_000);
  assertEquals([status(house), offered(house)], ["SuspendedEVSE", 0]);
});

Deno.test("a scheduler that crashes offline still knows that it is", async () => {
  const house = await chargingHouse({ settings: { OfflineCurrentLimit: "12" } });
  house.network.setLink("down");
  await house.advance(0);
  house.system().crash("profile_scheduler", "by hand");
  await house.advance(10_000);
  assertEquals(offered(house), 12);
});

Deno.test("TC_058_1: a transaction whose stop is decided takes no TxProfile any more", async () => {
  const house = await bootedHouse({ meterMs: 1_000 });
  await begun(house);
  await house.advance(1_000);
  await swiped(house, "ALICE");
  assertEquals([status(house), contactorClosed(house)], ["Finishing", false]);
  assertEquals(await set(house, { 0: 8 }, tx), "Rejected");
  await house.advance(10_000);
  assertEquals(await stored(house, "profile"), []);
});

Deno.test("D-tx-default: TxDefaultAfterTxProfile counts at once, also where a TxProfile has ended before it is set", async () => {
  const house = await chargingHouse();
  await set(house, { 0: 10 });
  await set(house, { 0: 16 }, { ...tx, duration: 60 });
  await house.advance(90_000);
  assertEquals(offered(house), 125);
  const change = { key: "TxDefaultAfterTxProfile", value: "true" };
  assertEquals(await answer(house, "ChangeConfiguration", change), "Accepted");
  assertEquals(offered(house), 10);
});

Deno.test("a step of the clock over an edge is followed at once", async () => {
  const house = await chargingHouse();
  await set(house, { 0: 16, 3_600: 8, 7_200: 32 });
  const laterBy = (seconds: number) => new Date(house.clock.wallMs() + seconds * 1_000).toISOString();
  house.centralSystem.script("Heartbeat", { kind: "answer", payload: { currentTime: laterBy(4_000) } });
  await answer(house, "TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals(offered(house), 8);
});

Deno.test("a Relative profile counts from the transaction's start, whatever happens to the clock", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  await set(house, { 0: 16, 60: 8 }, { kind: "Relative", start: null });
  const currentTime = new Date(house.clock.wallMs() + 86_400_000).toISOString();
  house.centralSystem.script("Heartbeat", { kind: "answer", payload: { currentTime } });
  await answer(house, "TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals(offered(house), 16);
  await house.advance(30_000);
  assertEquals(offered(house), 8);
});

Deno.test("§12.9: offline the profiles hold on, and OfflineCurrentLimit lowers them where it is set", async () => {
  const house = await chargingHouse({ settings: { OfflineCurrentLimit: "12" } });
  await set(house, { 0: 16, 60: 10 });
  assertEquals(offered(house), 16);
  house.network.setLink("down");
  await house.advance(0);
  assertEquals(offered(house), 12);
  await house.advance(60_000);
  assertEquals(offered(house), 10);
  house.network.setLink("up");
  await answer(house, "ClearChargingProfile", {}).catch(() => {});
  await house.advance(600_000);
  await answer(house, "ClearChargingProfile", {});
  assertEquals(offered(house), 125);
});

Deno.test("a limit of 0 is SuspendedEVSE, and its end is Charging again", async () => {
  const house = await chargingHouse();
  await set(house, { 0: 0, 60: 16 });
  assertEquals([reported(house), offered(house)], [["SuspendedEVSE"], 0]);
  const energyWh = house.station.physicalState().connectors[0]?.registerWh;
  await house.advance(30_000);
  assertEquals(house.station.physicalState().connectors[0]?.registerWh, energyWh);
  await house.advance(30_000);
  assertEquals([reported(house), offered(house)], [["SuspendedEVSE", "Charging"], 16]);
});

Deno.test("with AC a limit below 6 A is none", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house);
  await set(house, { 0: 5.9 });
  assertEquals([status(house), offered(house)], ["SuspendedEVSE", 0]);
});

Deno.test("a connector that begins under a ChargePointMaxProfile says Charging, and nothing else before", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await set(house, { 0: 20 }, max);
  await begun(house);
  assertEquals([reported(house), offered(house)], [["Preparing", "Charging"], 20]);
});

Deno.test("two who charge share the ChargePointMaxProfile, and never have more between them", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await set(house, { 0: 20 }, max);
  let mostA = 0;
  house.watch(() => void (mostA = Math.max(mostA, offered(house, 1) + offered(house, 2))));
  await charging(house, 1, "ALICE");
  await charging(house, 2, "BOB");
  await house.advance(2_000);
  assertEquals([offered(house, 1), offered(house, 2)], [10, 10]);
  await swiped(house, "ALICE");
  await house.advance(2_000);
  assertEquals([offered(house, 1), offered(house, 2), mostA], [0, 20, 20]);
});

Deno.test("who began gets its share only after the other has had the time to let go of it", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await set(house, { 0: 20 }, max);
  await charging(house, 1, "ALICE");
  await charging(house, 2, "BOB");
  assertEquals([offered(house, 1), offered(house, 2)], [10, 0]);
  await house.advance(999);
  assertEquals(offered(house, 2), 0);
  await house.advance(1);
  assertEquals(offered(house, 2), 10);
});

Deno.test("what the store refuses is Rejected, and holds for nothing", async () => {
  const house = await chargingHouse();
  house.store().failCommits("full", 1);
  assertEquals(await set(house, { 0: 6 }), "Rejected");
  assertEquals([offered(house), await stored(house, "profile")], [125, []]);
  assertEquals(await set(house, { 0: 6 }), "Accepted");
  house.store().failCommits("full", 1);
  assertEquals(await answer(house, "ClearChargingProfile", {}), "Unknown");
  assertEquals(offered(house), 6);
});

Deno.test("ORS-14, ORS-15, SC-1.2: the station's limits are its keys", async () => {
  const house = await bootedHouse();
  assertEquals(await set(house, { 0: 6 }, { level: 4 }), "Rejected");
  assertEquals(await set(house, { 0: 6_000 }, { unit: "W" }), "Rejected");
  assertEquals(
    await set(house, Object.fromEntries(Array.from({ length: 301 }, (_, at) => [at, 6]))),
    "Rejected",
  );
  assertEquals(await set(house, { 0: 6 }, { on: 2 }), "PropertyConstraintViolation");
  for (let id = 0; id < 20; id++) {
    assertEquals(
      await set(house, { 0: 6 }, { id, on: Math.floor(id / 4) % 2, level: id % 4, to: 60 + id }),
      "Accepted",
    );
  }
  assertEquals((await stored(house, "profile")).length, 8);
});

Deno.test("MaxChargingProfilesInstalled counts what is valid: what has expired makes room", async () => {
  const house = await bootedHouse();
  const places = [0, 1, 2, 3].flatMap((level) => [0, 1].map((on) => ({ level, on, to: 60 })));
  for (const [at, place] of places.entries()) await set(house, { 0: 6 }, { id: at, ...place });
  for (const [at, level] of [0, 1, 2, 3].entries()) {
    await set(house, { 0: 6 }, { ...max, id: 10 + at, level });
  }
  await house.advance(61_000);
  assertEquals(await set(house, { 0: 7 }, { id: 30 }), "Accepted");
  assertEquals((await stored(house, "profile")).length, 5);
});

Deno.test("Current.Offered is what is offered", async () => {
  const house = await bootedHouse({
    station: "ac-two-sockets",
    settings: { MeterValuesSampledData: "Current.Offered" },
  });
  await charging(house);
  await set(house, { 0: 13 });
  await house.advance(60_000);
  const [sample] = house.sent("MeterValues").map(({ payload }) => JSON.stringify(payload));
  assert(sample?.includes('"value":"13.0"'), sample);
});

Deno.test("errata v4.0 §3.39: without the feature profile CALLERROR NotSupported; a start ignores its profile", async () => {
  const house = await bootedHouse({ station: coreOnly });
  assertEquals(await set(house, { 0: 6 }), "NotSupported");
  assertEquals(await answer(house, "ClearChargingProfile", {}), "NotSupported");
  assertEquals(await answer(house, "GetCompositeSchedule", { connectorId: 1, duration: 1 }), "NotSupported");
  house.station.verbs.plug(1);
  const start = { connectorId: 1, idTag: "ALICE", chargingProfile: fromNow(house, { 0: 10 }) };
  assertEquals(await answer(house, "RemoteStartTransaction", start), "Accepted");
  assertEquals([offered(house), contactorClosed(house)], [125, true]);
});
