/** Decision D-too-big: a frame that the peer or the line cannot take holds up no bill (OCPP 1.6 §3.7.1, §4.10; errata v4.0 §3.14). */
import { assert, assertEquals } from "@std/assert";
import { formatCall } from "../../protocol/frame.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import type { ArchiveRecord } from "../../storage/records.ts";
import type { CalmHouse, Sent } from "./calm_house.ts";
import { begun, bootedHouse, charging, reported, stored, swiped } from "./calm_house.ts";
import { asked } from "./parked_by_hand.ts";

const measurands = [
  "Energy.Active.Import.Register",
  "Power.Active.Import",
  "Current.Import",
  "Current.Offered",
  "Voltage",
  "Frequency",
  "Temperature",
].join();
const frameBytesMax = 256 * 1_024;

/** A transaction of 500 samples of all that the station measures has been stopped; offline. */
async function sampledHouse(settings: Readonly<Record<string, string>> = {}): Promise<CalmHouse> {
  const house = await bootedHouse({
    station: "ac-two-sockets",
    settings: { StopTxnSampledData: measurands, MeterValueSampleInterval: "1", ...settings },
  });
  await charging(house);
  await house.advance(500_000);
  house.network.setLink("down");
  await house.advance(0);
  await swiped(house, "ALICE");
  house.forget();
  return house;
}

/** The peer hangs up on each frame above so many bytes, as one that answers 1009 does; with 0 on each StopTransaction. */
function hangUpAbove(house: CalmHouse, bytesMax: number): void {
  house.centralSystem.script(
    "StopTransaction",
    ...Array.from({ length: 100 }, () => ({ kind: "answer" as const, afterMs: 10 })),
  );
  let seen = 0;
  house.watch(() => {
    const stops = house.sent("StopTransaction");
    const last = stops.at(-1);
    if (stops.length === seen || last === undefined) return;
    seen = stops.length;
    if (bytes(last) > bytesMax) house.centralSystem.cut();
  });
}

function bytes({ id, action, payload }: Sent): number {
  return formatCall({ kind: "Call", id, action, payload }).length;
}

function contexts({ payload }: Sent): readonly unknown[] {
  const data = payload.transactionData as readonly MeterValue[];
  return [data.at(0), data.at(-1)].map((value) => value?.sampledValue[0]?.context);
}

async function back(house: CalmHouse): Promise<void> {
  house.network.setLink("up");
  await house.advance(3_600_000);
}

function parked(house: CalmHouse): number {
  return (house.system().inspect("outbox") as { parked: number }).parked;
}

Deno.test("a StopTransaction with more samples than a frame has room for goes at once, thinned, with the first and the last", async () => {
  const house = await sampledHouse();
  await back(house);
  const [stop, ...more] = house.sent("StopTransaction");
  assert(stop !== undefined);
  assertEquals(more, []);
  assert(bytes(stop) <= frameBytesMax && bytes(stop) > frameBytesMax / 3, String(bytes(stop)));
  assertEquals(contexts(stop), ["Transaction.Begin", "Transaction.End"]);
  assertEquals([house.centralSystem.open(), house.effects("CutSlowPeer")], [[], []]);
});

Deno.test("a peer that hangs up on what is too big for it gets half as much from the third time on, until it answers", async () => {
  const house = await sampledHouse();
  hangUpAbove(house, 40_000);
  await back(house);
  const stops = house.sent("StopTransaction");
  const sizes = stops.map(bytes);
  assertEquals(sizes[0], sizes[1], "one lost link is any network's");
  assert(sizes.slice(1).every((size, at) => at === 0 || size < (sizes[at] ?? 0)), sizes.join());
  assert((sizes.at(-1) ?? 0) <= 40_000 && sizes.length <= 6, sizes.join());
  assertEquals(stops.map(contexts), stops.map(() => ["Transaction.Begin", "Transaction.End"]));
  assertEquals([house.centralSystem.open(), parked(house)], [[], 0]);
});

Deno.test("§3.7.1: a peer that hangs up on it whatever its size has refused nothing: it is tried on, all else goes, and at last so does it", async () => {
  const house = await sampledHouse({ TransactionMessageAttempts: "2" });
  hangUpAbove(house, 0);
  await back(house);
  const tried = house.sent("StopTransaction");
  assert(tried.length > 20 && tried.length < 40, `two intervals of 60 s between each two: ${tried.length}`);
  assertEquals((tried.at(-1)?.payload.transactionData as readonly MeterValue[]).length, 2);
  assertEquals([parked(house), house.centralSystem.open().length], [0, 1]);
  house.forget();
  house.station.verbs.unplug(1);
  await house.advance(0);
  assertEquals(reported(house), ["Available"], "the connection stands between two tries");
  house.watch(() => {});
  await back(house);
  assertEquals([parked(house), house.centralSystem.open()], [0, []]);
});

Deno.test("§3.7.1: a gateway that hangs up on every CALL for hours parks nothing, and takes nothing from transactionData", async () => {
  const house = await sampledHouse({ TransactionMessageAttempts: "1" });
  house.centralSystem.hangUpOnCalls(true);
  house.network.setLink("up");
  await house.advance(4 * 3_600_000);
  const lost = house.effects("LinkClosed").length;
  assert(lost > 30, String(lost));
  house.centralSystem.hangUpOnCalls(false);
  await house.advance(3_600_000);
  const [first, ...again] = house.sent("StopTransaction");
  assert(first !== undefined && again.length > 0);
  assertEquals(again.map(({ payload }) => payload), again.map(() => first.payload));
  assertEquals([house.centralSystem.open(), parked(house)], [[], 0]);
});

for (const action of ["StartTransaction", "MeterValues"]) {
  Deno.test(`§3.7.1: a gateway that hangs up on each ${action} for hours has refused nothing`, async () => {
    const house = await bootedHouse({
      settings: {
        AllowOfflineTxForUnknownId: "true",
        TransactionMessageAttempts: "1",
        MeterValueSampleInterval: "300",
      },
    });
    if (action === "MeterValues") await charging(house);
    house.centralSystem.hangUpOnCalls(true);
    if (action === "StartTransaction") await begun(house);
    await house.advance(4 * 3_600_000);
    assert(house.sent(action).length > 30, String(house.sent(action).length));
    assertEquals([parked(house), house.effects("TransactionMessageFailed")], [0, []]);
    house.centralSystem.hangUpOnCalls(false);
    await house.advance(3_600_000);
    const [entry] = house.centralSystem.open();
    assertEquals([entry?.meterValues.length, parked(house)], [60, 0]);
  });
}

Deno.test("D-too-big: of a StopTransaction that a person sends again the peer is asked once a connection as well", async () => {
  const house = await bootedHouse({ settings: { TransactionMessageAttempts: "1" } });
  await charging(house);
  house.centralSystem.script("StopTransaction", { kind: "error", errorCode: "InternalError" });
  await swiped(house, "ALICE");
  const [archived] = await stored(house, "archive") as readonly ArchiveRecord[];
  house.centralSystem.hangUpOnCalls(true);
  house.forget();
  await asked(house, archived?.message.localId ?? 0, "resend");
  await house.advance(30 * 60_000);
  const lost = house.effects("LinkClosed").length;
  assert(lost > 10, String(lost));
  assertEquals([house.sent("StopTransaction").length, house.sent("Heartbeat").length], [1, lost - 1]);
  house.centralSystem.hangUpOnCalls(false);
  await house.advance(3_600_000);
  assertEquals([house.centralSystem.open(), parked(house)], [[], 0]);
});

Deno.test("D-too-big: what one StopTransaction lost takes nothing from the next, once the peer has answered", async () => {
  const house = await sampledHouse();
  hangUpAbove(house, 40_000);
  await back(house);
  const [first] = house.sent("StopTransaction");
  house.watch(() => {});
  house.station.verbs.unplug(1);
  await charging(house);
  await house.advance(500_000);
  await swiped(house, "ALICE");
  const [next, ...more] = house.sent("StopTransaction");
  assert(first !== undefined && next !== undefined);
  assertEquals([Math.round(bytes(next) / 10_000), more.length], [Math.round(bytes(first) / 10_000), 0]);
});

Deno.test("D-offline-attempts: a peer that is silent each time, and is cut for it, has refused nothing", async () => {
  const house = await bootedHouse({ settings: { TransactionMessageAttempts: "1" } });
  let silent = false;
  house.watch(() => {
    if (house.sent("StartTransaction").length === 0 || silent) return;
    silent = true;
    house.network.setLink("silent");
  });
  house.centralSystem.script("StartTransaction", ...Array(60).fill({ kind: "nothing" }));
  await begun(house);
  for (let times = 0; times < 40; times++) {
    while (house.effects("CutDeadPeer").length <= times) await house.clock.step();
    house.network.setLink("up");
    const { length } = house.sent("StartTransaction");
    while (house.sent("StartTransaction").length === length) await house.clock.step();
    house.network.setLink("silent");
  }
  assertEquals(parked(house), 0);
});
