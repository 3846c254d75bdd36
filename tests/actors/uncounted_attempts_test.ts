/**
 * Attempts on a disk that refuses to count them: they are spaced and end all the same (OCPP 1.6 §3.7.1, §9.1.29, §9.1.30;
 * decision D-parked).
 */
import { assertEquals } from "@std/assert";
import type { ArchiveRecord } from "../../storage/records.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, moments, stored, swiped } from "./calm_house.ts";

const failure = { kind: "error", errorCode: "InternalError" } as const;
const thrice = { TransactionMessageAttempts: "3", TransactionMessageRetryInterval: "5" };
const minuteMs = 60_000;

/** When each attempt was made, from the first one on. */
function attemptsMs(house: CalmHouse): readonly number[] {
  const [firstMs = 0, ...others] = moments(house, "StartTransaction");
  return [0, ...others.map((atMs) => atMs - firstMs)];
}

Deno.test("§3.7.1: on a full disk the intervals grow, and what is refused three times is parked once there is room", async () => {
  const house = await bootedHouse({ settings: thrice });
  house.centralSystem.script("StartTransaction", ...Array.from({ length: 99 }, () => failure));
  await begun(house);
  house.store().failCommits("full", 10_000);
  await house.advance(60_000);
  assertEquals(attemptsMs(house).slice(0, 4), [0, 5_000, 15_000, 20_000]);
  house.store().failCommits("full", 0);
  await house.advance(minuteMs);
  const archive = await stored(house, "archive") as readonly ArchiveRecord[];
  const [start] = archive.filter(({ message }) => message.action === "StartTransaction");
  assertEquals([start?.why, start?.failures], ["refused", house.sent("StartTransaction").length]);
});

Deno.test("§3.7.1: the same holds for what is sent again by a person's wish", async () => {
  const house = await bootedHouse({ settings: { ...thrice, TransactionMessageAttempts: "1" } });
  house.centralSystem.script("StartTransaction", ...Array.from({ length: 99 }, () => failure));
  await begun(house);
  await swiped(house, "ALICE");
  await house.ask("ChangeConfiguration", { key: "TransactionMessageAttempts", value: "3" });
  const [parked] = await stored(house, "archive") as readonly ArchiveRecord[];
  house.addresses().outbox.send({
    kind: "ResendParked",
    localId: parked?.message.localId ?? 0,
    reply: () => {},
  });
  house.forget();
  await house.advance(0);
  house.store().failCommits("full", 10_000);
  await house.advance(60_000);
  assertEquals(attemptsMs(house).slice(0, 4), [0, 5_000, 15_000, 20_000]);
  house.store().failCommits("full", 0);
  await house.advance(minuteMs);
  assertEquals(await stored(house, "resend"), []);
});
