/** A reservation that somebody begins against while it is made: the connector says who was first (OCPP 1.6 §5.13; invariant I13). */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { charging, reported, status, stored } from "./calm_house.ts";
import type { Wish } from "./reserving.ts";
import { house, oneReader, reserve, reserving, starts } from "./reserving.ts";

/** Two connectors, and one reader. */
const two = { ...oneReader, connectors: oneReader.connectors.slice(0, 2) };
const commitMs = 50;

/** A card is asked about when ReserveNow comes, and the store is slow; `plugMs` and `answerMs` are counted from then. */
interface Race {
  readonly idTag?: string;
  readonly plugMs?: number;
  readonly answerMs: number;
  readonly wish?: Wish;
}

/** It is at the moment at which the card's answer has come. */
async function begun(
  charger: CalmHouse,
  { idTag = "STRANGER", plugMs, answerMs, wish }: Race,
): Promise<() => unknown> {
  charger.centralSystem.script("Authorize", { kind: "answer", afterMs: answerMs });
  charger.station.verbs.swipe(idTag);
  await charger.advance(0);
  charger.disk.commitMs = commitMs;
  const answered = reserving(charger, wish);
  if (plugMs !== undefined) {
    await charger.advance(plugMs);
    charger.station.verbs.plug(1);
  }
  await charger.advance(answerMs - (plugMs ?? 0));
  return answered;
}

async function raced(charger: CalmHouse, race: Race): Promise<unknown> {
  const answered = await begun(charger, race);
  await charger.advance(1_000);
  charger.disk.commitMs = 0;
  return answered();
}

Deno.test("§5.13: who has begun before the reservation was durable was first: Occupied, and nothing is left of it", async () => {
  for (const connectorId of [0, 1]) {
    const charger = await house();
    const wish = { connectorId };
    assertEquals(await raced(charger, { plugMs: 10, answerMs: 30, wish }), "Occupied");
    assertEquals([starts(charger), await stored(charger, "reservation")], [[[1, "STRANGER", undefined]], []]);
    assertEquals([status(charger), reported(charger)], ["Charging", ["Preparing", "Charging"]]);
  }
});

Deno.test("§5.13: and so was who has been let in, and has not plugged in yet", async () => {
  const charger = await house();
  assertEquals(await raced(charger, { answerMs: 30 }), "Occupied");
  charger.station.verbs.plug(1);
  await charger.advance(0);
  assertEquals(starts(charger), [[1, "STRANGER", undefined]]);
});

Deno.test("§5.13: once the connector has said yes, who is still being asked about is refused", async () => {
  for (const connectorId of [0, 1]) {
    const charger = await house();
    assertEquals(await raced(charger, { answerMs: 80, wish: { connectorId } }), "Accepted");
    charger.station.verbs.plug(1);
    await charger.advance(0);
    assertEquals([starts(charger), reported(charger)], [[], ["Reserved"]]);
  }
});

Deno.test("of the charge point: with the one taken, the other is kept, and has said so before it is Accepted", async () => {
  const charger = await house({ station: two });
  assertEquals(await raced(charger, { plugMs: 10, answerMs: 30, wish: { connectorId: 0 } }), "Accepted");
  assertEquals([starts(charger), status(charger, 2)], [[[1, "STRANGER", undefined]], "Reserved"]);
});

Deno.test("one that would have replaced another puts it back, and that has been kept all the while", async () => {
  const charger = await house({ station: two });
  await reserve(charger, { connectorId: 2, idTag: "FIRST" });
  const before = await stored(charger, "reservation");
  const answered = await begun(charger, { plugMs: 10, answerMs: 30 });
  charger.station.verbs.plug(2);
  charger.station.verbs.swipe("SECOND");
  await charger.advance(1_000);
  assertEquals([answered(), await stored(charger, "reservation")], ["Occupied", before]);
  assertEquals([starts(charger), status(charger, 2)], [[[1, "STRANGER", undefined]], "Reserved"]);
});

Deno.test("replaced under a start that was to use it, the new one is not used by whom it is not for", async () => {
  for (const [wish, left] of [[{ idTag: "OTHER", connectorId: 0 }, 1], [{ connectorId: 2 }, 1]] as const) {
    const charger = await house({ station: two });
    await reserve(charger);
    charger.station.verbs.plug(1);
    assertEquals(await raced(charger, { idTag: "OWNER", answerMs: 30, wish }), "Accepted");
    assertEquals(starts(charger), [[1, "OWNER", undefined]]);
    assertEquals((await stored(charger, "reservation")).length, left);
  }
});

Deno.test("replaced for somebody else, whom it was for is let in no more while he is being asked about", async () => {
  const charger = await house();
  await reserve(charger);
  assertEquals(await raced(charger, { idTag: "OWNER", answerMs: 80, wish: { idTag: "OTHER" } }), "Accepted");
  charger.station.verbs.plug(1);
  await charger.advance(0);
  assertEquals([starts(charger), status(charger)], [[], "Reserved"]);
});

Deno.test("used before every connector has heard of it, it was there: Accepted, though nothing is free any more", async () => {
  const charger = await house({ station: two });
  await charging(charger, 2, "STRANGER");
  charger.saboteur.order("connector:2", { kind: "slow", turns: 1, extraMs: 500 });
  const answered = await begun(charger, { idTag: "OWNER", answerMs: 80, wish: { connectorId: 0 } });
  charger.station.verbs.plug(1);
  await charger.advance(1_000);
  assertEquals([answered(), starts(charger)], ["Accepted", [[1, "OWNER", 5]]]);
  assertEquals(await stored(charger, "reservation"), []);
});

Deno.test("of a connector that crashes when it hears of it nobody can tell: Rejected, and nothing is locked", async () => {
  const charger = await house();
  charger.disk.commitMs = commitMs;
  const answered = reserving(charger);
  charger.saboteur.order("connector:1", { kind: "throws", nth: 1, handled: false });
  await charger.advance(1_000);
  assertEquals([answered(), await stored(charger, "reservation")], ["Rejected", []]);
  charger.disk.commitMs = 0;
  assertEquals([status(charger), await reserve(charger)], ["Available", "Accepted"]);
});

Deno.test("of one that hangs too", async () => {
  const charger = await house();
  const answered = await begun(charger, { answerMs: 30 });
  charger.saboteur.order("connector:1", { kind: "slow", turns: 4, extraMs: 9_000 });
  charger.station.verbs.plug(1);
  await charger.advance(19_000);
  assertEquals([answered(), await stored(charger, "reservation")], ["Rejected", []]);
});

Deno.test("while the medium keeps what is to be taken back, nothing is promised; it is tried again", async () => {
  const charger = await house();
  const answered = await begun(charger, { plugMs: 10, answerMs: 30 });
  await charger.advance(commitMs);
  charger.store().failCommits("full", 1);
  await charger.advance(1_000);
  assertEquals([answered(), (await stored(charger, "reservation")).length], [undefined, 1]);
  charger.station.verbs.unplug(1);
  await charger.advance(1_000);
  assertEquals([answered(), await stored(charger, "reservation")], ["Occupied", []]);
});
