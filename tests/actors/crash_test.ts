/** Any actor crashes at any moment of a session: one correct bill comes of it (house rules 1, 9; decisions D-resume, D-stop-first, D-fresh-link). */
import { assert, assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import {
  begun,
  bootedHouse,
  charging,
  chargingHouse,
  contactorClosed,
  status,
  stored,
  swiped,
} from "./calm_house.ts";

const actors = [
  "configuration",
  "authorizer",
  "meter",
  "power",
  "profile_scheduler",
  "connector:1",
  "link",
  "outbox",
  "station",
];

const commitMs = 100;
const later = { kind: "answer", afterMs: 1_000 } as const;

/** Where a session is when the actor crashes. */
const phases: Readonly<Record<string, () => Promise<CalmHouse>>> = {
  "the card is being asked about": async () => {
    const house = await bootedHouse();
    house.centralSystem.script("Authorize", later);
    await begun(house);
    await house.advance(500);
    return house;
  },
  "the card was accepted and waits for the plug": async () => {
    const house = await bootedHouse();
    await swiped(house, "ALICE");
    return house;
  },
  "the start is being stored": async () => {
    const house = await bootedHouse();
    house.disk.commitMs = commitMs;
    await begun(house);
    await house.advance(commitMs / 2);
    return house;
  },
  "StartTransaction is in flight": async () => {
    const house = await bootedHouse();
    house.centralSystem.script("StartTransaction", later);
    await begun(house);
    await house.advance(500);
    return house;
  },
  "the answer to StartTransaction is being stored": async () => {
    const house = await bootedHouse();
    house.centralSystem.script("StartTransaction", later);
    await begun(house);
    house.disk.commitMs = commitMs;
    await house.advance(1_000 + commitMs / 2);
    return house;
  },
  "energy flows": async () => {
    const house = await chargingHouse();
    await house.advance(30_000);
    return house;
  },
  "a sample is being stored": async () => {
    const house = await chargingHouse();
    house.disk.commitMs = commitMs;
    await house.advance(60_000 + commitMs / 2);
    return house;
  },
  "the stop is being decided": async () => {
    const house = await chargingHouse();
    await house.advance(30_000);
    house.disk.commitMs = commitMs;
    await swiped(house, "ALICE");
    await house.advance(commitMs / 2);
    return house;
  },
  "StopTransaction is being stored": async () => {
    const house = await chargingHouse();
    await house.advance(30_000);
    house.disk.commitMs = commitMs;
    await swiped(house, "ALICE");
    await house.advance(commitMs * 1.5);
    return house;
  },
  "StopTransaction is in flight": async () => {
    const house = await chargingHouse();
    await house.advance(30_000);
    house.centralSystem.script("StopTransaction", later);
    await swiped(house, "ALICE");
    await house.advance(500);
    return house;
  },
  "the session has ended, and its cable is still in": async () => {
    const house = await chargingHouse();
    await house.advance(30_000);
    await swiped(house, "ALICE");
    return house;
  },
};

/** What a driver would do from here: plug in, present the card when nothing comes of it, and after a while again; leave. */
async function seeThrough(house: CalmHouse): Promise<void> {
  await house.advance(10_000);
  house.station.verbs.plug(1);
  await house.advance(1_000);
  if (house.durable.bills.length === 0) await swiped(house, "ALICE");
  await house.advance(90_000);
  if (status(house) === "Charging") await swiped(house, "ALICE");
  await house.advance(1_000);
  house.station.verbs.unplug(1);
  await house.advance(600_000);
}

for (const [phase, reach] of Object.entries(phases)) {
  Deno.test(`a crash of any actor while ${phase}: one transaction, billed to the Wh`, async () => {
    for (const actor of actors) {
      const house = await reach();
      assert(house.system().crash(actor, "was told to crash"));
      await seeThrough(house);
      const entries = [...house.centralSystem.ledger.values()];
      const registerWh = Math.floor(house.station.physicalState().connectors[0]?.registerWh ?? 0);
      const bills = entries.map(({ start, stop }) => [start.meterStart, stop?.meterStop, stop?.reason]);
      assertEquals(bills, [[0, registerWh, "Local"]], actor);
      assertEquals(
        [contactorClosed(house), status(house), house.crashes().length],
        [false, "Available", 1],
        actor,
      );
      assertEquals([house.centralSystem.breaches, house.wireBreaches()], [[], []], actor);
      for (const kind of ["outbox", "transaction", "answer"]) {
        assertEquals(await stored(house, kind), [], `${actor}, ${kind}`);
      }
    }
  });
}

Deno.test("no crash outside of connectors reaches a contactor; of a connector it is a pause, in the same transaction", async () => {
  for (const actor of actors) {
    const house = await chargingHouse();
    let wasOpen = false;
    house.station.watch(() => void (wasOpen ||= !contactorClosed(house)));
    house.system().crash(actor);
    await house.advance(1_000);
    assertEquals([wasOpen, contactorClosed(house)], [actor === "connector:1", true], actor);
    assertEquals(house.sent("StartTransaction", "StopTransaction"), [], actor);
  }
});

Deno.test("a connector fails alone: the one beside it charges on", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house, 1, "ALICE");
  await charging(house, 2, "BOB");
  house.system().crash("connector:1");
  assertEquals([contactorClosed(house, 1), contactorClosed(house, 2)], [false, true]);
  await house.advance(0);
  assertEquals([contactorClosed(house, 1), contactorClosed(house, 2)], [true, true]);
});

Deno.test("D-resume: a connector that crashed while a fault is there keeps the contactor open, and the transaction", async () => {
  const house = await chargingHouse();
  house.station.verbs.fault(1, { errorCode: "GroundFailure" });
  await house.advance(0);
  house.system().crash("connector:1");
  await house.advance(1_000);
  assertEquals([contactorClosed(house), status(house)], [false, "Faulted"]);
  house.station.verbs.clearFault(1);
  await house.advance(0);
  assertEquals([contactorClosed(house), status(house)], [true, "Charging"]);
});

Deno.test("D-resume: a connector that crashed does not forget that its card was refused", async () => {
  const house = await bootedHouse({
    judge: () => ({ status: "Invalid" }),
    settings: { StopTransactionOnInvalidId: "false" },
  });
  house.centralSystem.script("Authorize", { kind: "answer", payload: { idTagInfo: { status: "Accepted" } } });
  await begun(house);
  assertEquals(status(house), "SuspendedEVSE");
  let wasClosed = false;
  house.system().crash("connector:1");
  house.watch(() => void (wasClosed ||= contactorClosed(house)));
  await house.advance(1_000);
  assertEquals([wasClosed, status(house)], [false, "SuspendedEVSE"]);
});

Deno.test("an authorizer that crashes with a question open has authorised nothing; the card may come again", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("Authorize", later);
  await begun(house);
  house.system().crash("authorizer");
  await house.advance(2_000);
  assertEquals([house.sent("StartTransaction"), status(house)], [[], "Preparing"]);
  await swiped(house, "ALICE");
  assert(contactorClosed(house));
});

Deno.test("a connector crashes after its card was refused, which stops the energy alone: the contactor does not close for a moment", async () => {
  const house = await bootedHouse({
    judge: (idTag) => ({ status: idTag === "MALLORY" ? "Invalid" : "Accepted" }),
    settings: { StopTransactionOnInvalidId: "false", AllowOfflineTxForUnknownId: "true" },
  });
  house.network.setLink("down");
  await begun(house, 1, "MALLORY");
  house.network.setLink("up");
  await house.advance(60_000);
  assertEquals(status(house), "SuspendedEVSE");
  let wasClosed = false;
  house.station.watch(() => void (wasClosed ||= contactorClosed(house)));
  house.forget();
  house.system().crash("connector:1");
  await house.advance(1_000);
  assertEquals([status(house), wasClosed], ["SuspendedEVSE", false]);
  assertEquals(house.sent("StatusNotification").map(({ payload }) => payload.status), ["SuspendedEVSE"]);
});
