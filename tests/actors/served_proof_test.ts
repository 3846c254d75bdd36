/**
 * A security profile that has been served once is not gone below (white paper A00.FR.005, A05.FR.09), whoever crashes before that is
 * written down, and whatever the medium refuses.
 */
import { assertEquals } from "@std/assert";
import { profileOf } from "../sim/faulty_dial.ts";
import { operatorRoot } from "../sim/hierarchy.ts";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse } from "./calm_house.ts";

/** Served in profile 2; so many times the medium refuses to write that down. */
async function raisedHouse(refusals: number): Promise<CalmHouse> {
  const proof = { number: 1, securityProfile: 1, authorizationKey: "6f6c6420".repeat(4) } as const;
  const house = await bootedHouse({ credentials: { proofs: [proof], roots: [operatorRoot] } });
  guarded(house, 2);
  await house.ask("ChangeConfiguration", { key: "SecurityProfile", value: "2" });
  house.credentials().failWrites("lost", refusals);
  await house.advance(2_000);
  assertEquals([house.centralSystem.connected(), kept(house)], [true, [2, 1]]);
  return house;
}

/** Lets in this profile alone, and keeps which ones came. */
function guarded(house: CalmHouse, admitted: number): Set<number> {
  const came = new Set<number>();
  house.centralSystem.guard((knock) => {
    came.add(profileOf(knock));
    return profileOf(knock) === admitted ? null : 401;
  });
  return came;
}

function kept(house: CalmHouse): readonly number[] {
  return house.credentials().held().proofs.map(({ securityProfile }) => securityProfile);
}

Deno.test("a success that a crash of the cert_store has kept from being written is written down all the same", async () => {
  const house = await raisedHouse(1);
  house.system().crash("cert_store");
  await house.advance(1_000);
  assertEquals(kept(house), [2]);
});

Deno.test("also when the connection of the success is gone by then", async () => {
  const house = await raisedHouse(1);
  house.system().crash("cert_store");
  house.centralSystem.cut();
  const came = guarded(house, 1);
  await house.advance(3_600_000);
  assertEquals([came, kept(house)], [new Set([2]), [2]]);
});

for (const crashed of [[], ["link"], ["cert_store", "link"], ["link", "cert_store"]]) {
  const who = crashed.length === 0 ? "nobody" : crashed.join(" and ");
  Deno.test(`a medium that refuses for an hour, and ${who} crashes: the lower profile is not dialled`, async () => {
    const house = await raisedHouse(1_000);
    house.centralSystem.cut();
    const came = guarded(house, 1);
    for (const actor of crashed) house.system().crash(actor);
    await house.advance(3_600_000);
    assertEquals([came, kept(house)], [new Set([2]), [2, 1]]);
    house.credentials().failWrites("lost", 0);
    await house.advance(120_000);
    assertEquals(kept(house), [2]);
  });
}

Deno.test("an upgrade that waits has the password that was served before it written down, though no proof is over", async () => {
  const [OLD, NEW] = ["6f6c6420".repeat(4), "6e657720".repeat(4)];
  const house = await bootedHouse({
    credentials: {
      proofs: [
        { number: 2, securityProfile: 1, authorizationKey: NEW },
        { number: 1, securityProfile: 2, authorizationKey: OLD },
      ],
      roots: [operatorRoot],
    },
  });
  guarded(house, 1);
  await house.advance(10_000);
  assertEquals(house.credentials().held().proofs, [
    { number: 3, securityProfile: 2, authorizationKey: NEW },
    { number: 2, securityProfile: 1, authorizationKey: NEW },
  ]);
});

Deno.test("A01.FR.03: nor is a password that another has served after, while the medium refuses to forget it", async () => {
  const [OLD, NEW] = ["6f6c6420".repeat(4), "6e657720".repeat(4)];
  const proof = { number: 1, securityProfile: 1, authorizationKey: OLD } as const;
  const house = await bootedHouse({ credentials: { proofs: [proof] } });
  await house.ask("ChangeConfiguration", { key: "AuthorizationKey", value: NEW });
  house.credentials().failWrites("lost", 1_000);
  await house.advance(10_000);
  await house.ask("ClearCache", {});
  assertEquals(house.credentials().held().proofs.length, 2, "the medium has both");
  house.centralSystem.cut();
  const came = new Set<string>();
  house.centralSystem.guard(({ basicAuth }) => {
    came.add(new TextDecoder().decode(basicAuth?.password));
    return 401;
  });
  await house.advance(3_600_000);
  assertEquals([...came], ["new ".repeat(4)]);
});

Deno.test("what is on the medium counts at the next start: without a success there, the old profile is tried again", async () => {
  const house = await raisedHouse(1_000);
  house.cutPower(0);
  const came = guarded(house, 1);
  await house.restorePower();
  await house.advance(60_000);
  assertEquals([came, house.centralSystem.connected()], [new Set([2, 1]), true]);
});
