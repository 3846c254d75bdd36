/** One damaged record does not stop the charger (notes/reliability.md D9): it is said, and the charger goes on. */
import { assert, assertEquals } from "@std/assert";
import type { TransactionRecord } from "../../storage/records.ts";
import { answerKey, transactionKey } from "../../storage/record_keys.ts";
import type { Key } from "../../storage/store.ts";
import { createWorld } from "../sim/world.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, charging, contactorClosed, status, stored } from "./calm_house.ts";
import { rebooted } from "./power_cycle.ts";

const theFirst = { transactionId: 1 };
const limiting = {
  connectorId: 1,
  csChargingProfiles: {
    ...theFirst,
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: "TxProfile",
    chargingProfileKind: "Relative",
    chargingSchedule: { chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] },
  },
};

const minuteMs = 60_000;
const hourMs = 3_600_000;

for (
  const key of [["boot"], ["registration"], ["clock", 0], ["clock", 1], [
    "transaction",
    1,
  ]] as const satisfies readonly Key[]
) {
  Deno.test(`a charger whose record ${JSON.stringify(key)} is damaged boots, is accepted, and charges`, async () => {
    const world = await createWorld({ seed: "damaged" });
    await world.advance(5_000);
    world.station.verbs.plug(1);
    world.station.verbs.swipe("ALICE");
    await world.advance(60_000);
    assertEquals(world.centralSystem.open().length, 1);
    world.store().corrupt(key);
    world.cutPower(0);
    await world.advance(5_000);
    await world.restorePower();
    await world.advance(hourMs);
    assertEquals(world.centralSystem.statuses.get(0), "Available");
    world.station.verbs.unplug(1);
    await world.advance(60_000);
    world.station.verbs.plug(1);
    world.station.verbs.swipe("BOB");
    await world.advance(60_000);
    const bob = [...world.centralSystem.ledger.values()].find(({ start }) => start.idTag === "BOB");
    assert(bob !== undefined, "BOB does not charge");
  });
}

/** One bit is flipped of the transaction on connector 1, or of what its StartTransaction was answered. */
async function damaged(house: CalmHouse, record: "transaction" | "answer"): Promise<void> {
  const [open] = await stored(house, "transaction");
  const { localId } = open as TransactionRecord;
  house.store().corrupt(record === "answer" ? answerKey(localId) : transactionKey(1));
}

/** StartTransaction.conf has refused her, and the store has forgotten it. */
async function forgottenRefusal(): Promise<CalmHouse> {
  const house = await bootedHouse({
    station: "ac-two-sockets",
    settings: { StopTransactionOnInvalidId: "false" },
    judge: () => ({ status: "Invalid" }),
  });
  house.centralSystem.script("Authorize", { kind: "answer", payload: { idTagInfo: { status: "Accepted" } } });
  await begun(house);
  await damaged(house, "answer");
  return house;
}

for (
  const [after, happens] of [
    ["a power cut", (house: CalmHouse) => rebooted(house, 0)],
    ["a crash of its connector", (house: CalmHouse) => void house.system().crash("connector:1")],
    [
      "a crash of the outbox, which reads it first",
      (house: CalmHouse) => void house.system().crash("outbox"),
    ],
  ] as const
) {
  Deno.test(`TC_037_2, D-damaged: whose refusal is damaged gets no energy after ${after}, nor after a later crash`, async () => {
    const house = await forgottenRefusal();
    await happens(house);
    await house.advance(minuteMs);
    assertEquals([status(house), contactorClosed(house)], ["SuspendedEVSE", false]);
    house.system().crash("connector:1");
    await house.advance(minuteMs);
    assertEquals([status(house), contactorClosed(house)], ["SuspendedEVSE", false]);
  });
}

Deno.test("TC_037_3, D-damaged: a damaged answer counts as a refusal: the transaction ends, with the transactionId that was not obtained", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house);
  await damaged(house, "answer");
  await rebooted(house, 0);
  await house.advance(minuteMs);
  assertEquals([status(house), contactorClosed(house)], ["Finishing", false]);
  const ends = house.sent("StopTransaction").map(({ payload }) => [payload.transactionId, payload.reason]);
  assertEquals(ends, [[-1, "DeAuthorized"]]);
  assertEquals([...await stored(house, "answer"), ...await stored(house, "outbox")], []);
});

const needing = [["RemoteStopTransaction", theFirst], ["SetChargingProfile", limiting]] as const;

for (const record of ["transaction", "answer"] as const) {
  for (const [action, payload] of needing) {
    Deno.test(`D-damaged: ${action} that needs a damaged ${record} is Rejected, and crashes nobody`, async () => {
      const house = await bootedHouse({ station: "ac-two-sockets" });
      await charging(house);
      await damaged(house, record);
      assertEquals(await house.ask(action, payload), { result: { status: "Rejected" } });
      assertEquals(house.crashes(), []);
    });
  }
}
