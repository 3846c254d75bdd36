/** Replace or stack, clear, and what ends with a transaction (OCPP 1.6 §3.13.1, §5.5, §5.16; errata v4.0 §3.25, §3.26; TC_067). */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { KeptProfiles, ProfileSet, TransactionState } from "../../protocol/charging_profiles.ts";
import { cleared, expired, followed, inForce, install, without } from "../../protocol/charging_profiles.ts";
import type { ClearChargingProfileRequest } from "../../protocol/messages/smart_charging.ts";
import type { Sample } from "./charging_profile_samples.ts";
import { installed, localId, nowMs } from "./charging_profile_samples.ts";

type Place = Sample & { readonly on?: number };

const max = { purpose: "ChargePointMaxProfile" } as const;
const tx = { purpose: "TxProfile" } as const;

function ids(profiles: ProfileSet): readonly number[] {
  return profiles.map(({ profile }) => profile.chargingProfileId);
}

/** `expected` are the ids that are there afterwards. */
function checkInstall(
  sentence: string,
  before: readonly Place[],
  one: Place,
  expected: readonly number[],
): void {
  Deno.test({ name: `install: ${sentence}`, permissions: "none" }, () => {
    const profiles = before.map((place) => installed({ 0: 6 }, place));
    const installation = install(profiles, installed({ 0: 8 }, one), 20);
    assert(installation.kind === "installed");
    assertEquals(ids(installation.profiles), expected);
    assertEquals(without(profiles, installation.replaced), installation.profiles.slice(0, -1));
  });
}

checkInstall("the first", [], { id: 1 }, [1]);
checkInstall("§3.13.2: another stackLevel is stacked", [{ id: 1 }], { id: 2, level: 1 }, [1, 2]);
checkInstall("the same place replaces", [{ id: 1 }], { id: 2 }, [2]);
checkInstall("the same id replaces", [{ id: 1 }], { id: 1 }, [1]);
checkInstall("the same id replaces wherever it is", [{ id: 1, level: 2 }], { id: 1, on: 0, ...max }, [1]);
checkInstall("an id and a place may both go", [{ id: 1 }, { id: 2, level: 1 }], { id: 1, level: 1 }, [1]);
checkInstall("another connector is another place", [{ id: 1 }], { id: 2, on: 2 }, [1, 2]);
checkInstall("connector 0 is another place than 1 (§12.1)", [{ id: 1 }], { id: 2, on: 0 }, [1, 2]);
checkInstall("another purpose is another place", [{ id: 1 }], { id: 2, ...tx }, [1, 2]);

function checkFull(sentence: string, one: Place, isFull: boolean): void {
  Deno.test({ name: `MaxChargingProfilesInstalled: ${sentence}`, permissions: "none" }, () => {
    const profiles = [installed({ 0: 6 }, { id: 1 }), installed({ 0: 6 }, { id: 2, level: 1 })];
    assertEquals(install(profiles, installed({ 0: 8 }, one), 2).kind, isFull ? "full" : "installed");
    assertEquals(install(profiles, installed({ 0: 8 }, one), 3).kind, "installed");
  });
}

checkFull("one too many", { id: 3, level: 2 }, true);
checkFull("one that replaces by its id", { id: 1, level: 2 }, false);
checkFull("one that replaces by its place", { id: 3, level: 1 }, false);

const stock: ProfileSet = [
  installed({ 0: 6 }, { id: 1, level: 1 }),
  installed({ 0: 6 }, { id: 2 }),
  installed({ 0: 6 }, { id: 3, on: 2 }),
  installed({ 0: 6 }, { id: 4, on: 0 }),
  installed({ 0: 6 }, { id: 5, ...max }),
  installed({ 0: 6 }, { id: 6, ...tx }),
];

function checkClear(
  sentence: string,
  filter: ClearChargingProfileRequest,
  expected: readonly number[],
): void {
  Deno.test({ name: `ClearChargingProfile: ${sentence}`, permissions: "none" }, () => {
    assertEquals(ids(cleared(stock, filter)), expected);
  });
}

const ofDefault = { chargingProfilePurpose: "TxDefaultProfile" } as const;
checkClear("TC_067: by id", { id: 1 }, [1]);
checkClear("TC_067: by purpose and stackLevel", { ...ofDefault, stackLevel: 0 }, [2, 3, 4]);
checkClear("TC_067, errata v4.0 §3.25: nothing named is all", {}, [1, 2, 3, 4, 5, 6]);
checkClear("errata v4.0 §3.26: with an id the rest is ignored", { id: 3, connectorId: 1, stackLevel: 9 }, [
  3,
]);
checkClear("an id that is not there", { id: 7, connectorId: 1 }, []);
checkClear("of a connector", { connectorId: 1 }, [1, 2, 6]);
checkClear("connector 0 is what is stored on 0, not every connector", { connectorId: 0 }, [4, 5]);
checkClear("of a purpose", ofDefault, [1, 2, 3, 4]);
checkClear("of a stackLevel", { stackLevel: 1 }, [1]);
checkClear("all three", { ...ofDefault, connectorId: 1, stackLevel: 0 }, [2]);
checkClear("fields that no profile has together", { ...ofDefault, connectorId: 1, stackLevel: 2 }, []);

/** `expected` are the TxProfiles that are left, and then what is left of the offers. */
function checkFollowed(
  sentence: string,
  [before, state]: readonly [before: TransactionState["kind"] | undefined, now: TransactionState],
  expected: readonly [installed: readonly (readonly [id: number, of: number])[], offered: readonly number[]],
): void {
  Deno.test({ name: `TxProfiles: ${sentence}`, permissions: "none" }, () => {
    const { localId: _, ...mine } = installed({ 0: 6 }, { id: 7, ...tx, level: 1 });
    const other = { ...mine, connectorId: 2 };
    const kept: KeptProfiles = {
      installed: [...stock, installed({ 0: 6 }, { id: 8, on: 2, ...tx })],
      offered: [mine, other],
    };
    const left = followed(kept, 1, state, before);
    const ofTransactions = left.installed.filter(({ profile }) => profile.chargingProfileId > 5)
      .map((one) => [one.profile.chargingProfileId, one.localId]);
    const of = left.offered.map(({ connectorId }) => connectorId);
    assertEquals<unknown>([ofTransactions, of], expected);
    assertEquals(followed(kept, 3, state, before), kept);
  });
}

const elsewhere = [8, localId] as const;
checkFollowed("§3.13.1: a TxProfile ends with its transaction, and no other profile does", ["running", {
  kind: "none",
}], [[elsewhere], [1, 2]]);
checkFollowed("TC_059: that of a RemoteStartTransaction waits for its own", ["none", { kind: "starting" }], [
  [elsewhere],
  [1, 2],
]);
checkFollowed("TC_059: and then is its", ["starting", { kind: "running", localId: 9 }], [
  [elsewhere, [7, 9]],
  [2],
]);
checkFollowed("and goes with the start that comes to nothing", ["starting", { kind: "none" }], [
  [elsewhere],
  [2],
]);
checkFollowed("and stays where the start has not been heard of yet", ["none", { kind: "none" }], [
  [elsewhere],
  [1, 2],
]);
checkFollowed("a transaction that goes on keeps its own", ["running", { kind: "running", localId }], [
  [[6, localId], elsewhere, [7, localId]],
  [2],
]);

Deno.test(
  { name: "§5.16: what it replaces is there until its transaction begins", permissions: "none" },
  () => {
    const old = installed({ 0: 10 }, { id: 7, ...max });
    const { localId: _, ...mine } = installed({ 0: 6 }, { id: 7, ...tx });
    const kept: KeptProfiles = { installed: [old], offered: [mine] };
    assertEquals(followed(kept, 1, { kind: "starting" }, "none"), kept);
    assertEquals(inForce(kept), [old, mine]);
    assertEquals(followed(kept, 1, { kind: "running", localId }, "starting"), {
      installed: [{ ...mine, localId }],
      offered: [],
    });
  },
);

Deno.test({ name: "what is past its validTo may be thrown away", permissions: "none" }, () => {
  const profiles = [-1, 0, 0.001].map((to, at) => installed({ 0: 6 }, { id: at, level: at, to }));
  assertEquals(ids(expired([...profiles, installed({ 0: 6 }, { id: 9, level: 3 })], nowMs)), [0, 1]);
});

/** A model: a Map by id, and the place looked for by hand. */
const placeArbitrary = fc.record({
  id: fc.integer({ min: 0, max: 5 }),
  level: fc.integer({ min: 0, max: 2 }),
  on: fc.integer({ min: 0, max: 2 }),
  purpose: fc.constantFrom("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"),
});
const filterArbitrary = fc.record({
  id: fc.integer({ min: 0, max: 5 }),
  connectorId: fc.integer({ min: 0, max: 2 }),
  chargingProfilePurpose: fc.constantFrom("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"),
  stackLevel: fc.integer({ min: 0, max: 2 }),
}, { requiredKeys: [] });
const most = 4;

Deno.test({
  name: "any sequence of install and clear leaves what a map by id, searched by hand, would hold",
  permissions: "none",
}, () => {
  const steps = fc.array(fc.oneof({ weight: 4, arbitrary: placeArbitrary }, filterArbitrary), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(steps, (operations) => {
      let profiles: ProfileSet = [];
      const model = new Map<number, Required<Pick<Sample, "id" | "level" | "purpose">> & { on: number }>();
      for (const operation of operations) {
        if ("on" in operation) {
          const installation = install(profiles, installed({ 0: 6 }, operation), most);
          const gone = [...model.values()].filter((one) =>
            one.id === operation.id ||
            (one.on === operation.on && one.purpose === operation.purpose && one.level === operation.level)
          );
          const fits = model.size - gone.length < most;
          assertEquals(installation.kind === "installed", fits);
          if (installation.kind !== "installed") continue;
          for (const { id } of gone) model.delete(id);
          model.set(operation.id, operation);
          profiles = installation.profiles;
        } else {
          profiles = without(profiles, cleared(profiles, operation));
          for (const one of [...model.values()]) {
            if (matches(one, operation)) model.delete(one.id);
          }
        }
        assertEquals(ids(profiles), [...model.keys()]);
      }
    }),
    { numRuns: 1_000 },
  );
});

function matches(
  one: { id: number; on: number; purpose: string; level: number },
  { id, connectorId, chargingProfilePurpose, stackLevel }: ClearChargingProfileRequest,
): boolean {
  if (id !== undefined) return one.id === id;
  const differs = [[connectorId, one.on], [chargingProfilePurpose, one.purpose], [stackLevel, one.level]]
    .some(([wanted, has]) => wanted !== undefined && wanted !== has);
  return !differs;
}
