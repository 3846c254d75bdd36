/**
 * A central system that is there and says nothing: a gateway whose backend has forgotten the charger, or one that holds another connection
 * for the newer (decision D-silent; notes/reliability.md C1). No ping shows it, and nobody can tell the charger to leave.
 */
import { assert, assertEquals } from "@std/assert";
import { profileOf } from "../sim/faulty_dial.ts";
import { operatorRoot } from "../sim/hierarchy.ts";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, moments, newHouse } from "./calm_house.ts";

const [OLD, NEW] = ["6f6c6420".repeat(4), "6e657720".repeat(4)];
const proof = { number: 1, securityProfile: 1, authorizationKey: OLD } as const;
const hourMs = 3_600_000;
const minuteMs = 60_000;

type Knock = Parameters<Parameters<CalmHouse["centralSystem"]["guard"]>[0]>[0];

function silence(house: CalmHouse, isSilent: boolean): void {
  for (const action of ["BootNotification", "Heartbeat", "StatusNotification", "SecurityEventNotification"]) {
    house.centralSystem.mute(action, isSilent);
  }
}

/** Lets in everybody, and says nothing to these; the moments at which they came. */
function silentTo(house: CalmHouse, isSilenced: (knock: Knock) => boolean): readonly boolean[] {
  const knocks: boolean[] = [];
  house.centralSystem.guard((knock) => {
    knocks.push(isSilenced(knock));
    silence(house, isSilenced(knock));
    return null;
  });
  return knocks;
}

function closedMs(house: CalmHouse): readonly number[] {
  return house.effects("LinkClosed").map(({ atMs }) => atMs);
}

Deno.test("A05.FR.08: an upgrade whose connection opens and says nothing is left for the profile that served", async () => {
  const house = await bootedHouse({ credentials: { proofs: [proof], roots: [operatorRoot] } });
  const knocks = silentTo(house, (knock) => profileOf(knock) === 2);
  await house.ask("ChangeConfiguration", { key: "SecurityProfile", value: "2" });
  await house.advance(20 * minuteMs);
  assertEquals([knocks, house.centralSystem.connected()], [[true, false], true]);
  const answer = await house.ask("GetConfiguration", { key: ["SecurityProfile"] });
  assertEquals(JSON.stringify(answer).includes('"value":"1"'), true, JSON.stringify(answer));
});

Deno.test("so is a new password", async () => {
  const house = await bootedHouse({
    credentials: { proofs: [proof] },
    settings: { HeartbeatInterval: "300" },
  });
  const isNew = ({ basicAuth }: Knock) => new TextDecoder().decode(basicAuth?.password).startsWith("new");
  const knocks = silentTo(house, isNew);
  await house.ask("ChangeConfiguration", { key: "AuthorizationKey", value: NEW });
  await house.advance(20 * minuteMs);
  assertEquals([knocks, house.centralSystem.connected()], [[true, false], true]);
});

Deno.test("a charger that was never answered since its boot dials anew each time, until it is", async () => {
  const house = await newHouse();
  silence(house, true);
  await house.advance(hourMs);
  const times = closedMs(house).length;
  assert(times >= 3, `it left ${times} times`);
  silence(house, false);
  await house.advance(10 * minuteMs);
  assertEquals([house.centralSystem.statuses.get(0), closedMs(house).length], ["Available", times]);
});

Deno.test("a connection that has served is left 10 min after the first CALL that was not answered", async () => {
  const house = await bootedHouse({ settings: { HeartbeatInterval: "300" } });
  // The security event of the boot is told.
  await house.advance(minuteMs);
  silence(house, true);
  await house.advance(14 * minuteMs + 40_000 - 1);
  assertEquals([moments(house, "Heartbeat")[0], closedMs(house)], [5 * minuteMs, []]);
  await house.advance(1);
  assertEquals(closedMs(house), [15 * minuteMs + 40_000]);
  silence(house, false);
  await house.advance(24 * hourMs);
  assertEquals([closedMs(house).length, house.centralSystem.connected()], [1, true]);
});

Deno.test("one that leaves each Heartbeat unanswered, and says anything else, is not", async () => {
  const house = await bootedHouse({ settings: { HeartbeatInterval: "300" } });
  silence(house, true);
  for (let times = 0; times < 12; times++) {
    await house.advance(9 * minuteMs);
    await house.ask("ClearCache", {});
  }
  assertEquals(closedMs(house), []);
});

Deno.test("a knock of before a crash that comes behind its successor's, and pushes it out, locks nobody out", async () => {
  const house = await newHouse({ networkMs: 3_000, settings: { HeartbeatInterval: "300" } });
  await house.advance(1_000);
  house.dial.onDial(() => Object.assign(house.networkMs, { min: 100, max: 100 }));
  house.system().crash("link");
  await house.advance(1_000);
  assertEquals([house.centralSystem.connected(), house.sent("BootNotification").length], [true, 1]);
  await house.advance(5_000);
  assertEquals([house.centralSystem.connected(), closedMs(house)], [false, []]);
  await house.advance(20 * minuteMs);
  assertEquals([house.centralSystem.connected(), closedMs(house).length], [true, 1]);
});
