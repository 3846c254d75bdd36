/**
 * The end of the rollovers: the charger has come back, is rolled over once more as it is meant to be, and nothing of before is left
 * (invariant I27).
 *
 * Law: what the central system would do, and no more; judged by whom it lets in, and by what the charger keeps.
 */
import { servedLast } from "../../protocol/proof.ts";
import type { Fail } from "./invariants.ts";
import type { SecuredWorld } from "./security_office.ts";

const roundMs = 2 * 60_000;
const roundsMax = 15;

/** Once all has healed. */
export async function cameBack({ centralSystem, advance }: SecuredWorld, fail: Fail): Promise<void> {
  // One that never answers some action is left now and then, for as long as a back-off (D-silent).
  if (!centralSystem.connected() && centralSystem.mutes()) await advance(roundMs / 2);
  if (!centralSystem.connected()) fail("I27", "the charger does not come back");
}

/** Whatever was left unproven before: the next change of password or certificate is taken, and proven. */
export async function rollOver(world: SecuredWorld, fail: Fail): Promise<void> {
  const { centralSystem, office } = world;
  for (let round = 0; round < roundsMax; round++) {
    const isDone = office.rollOver();
    await world.advance(roundMs);
    if (!isDone()) continue;
    await speak(world);
    // An accepted upgrade that has waited is tried at the next dial.
    centralSystem.cut();
    await world.advance(roundMs);
    await speak(world);
    return nothingIsLeft(world, fail);
  }
  fail("I27", "no password and no certificate can be rolled over any more");
}

/** To be served is to be spoken to. */
async function speak({ centralSystem, advance }: SecuredWorld): Promise<void> {
  centralSystem.call("TriggerMessage", { requestedMessage: "Heartbeat" });
  await advance(roundMs / 2);
}

/** But for upgrades that were accepted and that the central system does not let in (`protocol/proof.ts`). */
async function nothingIsLeft(world: SecuredWorld, fail: Fail): Promise<void> {
  const { securityProfile, password } = world.office.served();
  const { proofs, pendingKeyId, upcoming = [] } = world.credentials().held();
  const proof = servedLast(proofs);
  await cameBack(world, fail);
  if (proofs.some((one) => one !== proof && one.securityProfile <= proof.securityProfile)) {
    const profiles = proofs.map((one) => one.securityProfile).join(", ");
    fail("I27", `${proofs.length} proofs are left, of profiles ${profiles}`);
  }
  if (proof.securityProfile !== securityProfile) {
    fail("I27", `profile ${proof.securityProfile} is left, and ${securityProfile} was served`);
  }
  const usesPassword = securityProfile === 1 || securityProfile === 2;
  if (usesPassword && proof.authorizationKey !== password) {
    fail("I27", "another password is left than was served");
  }
  const used = [
    ...proofs.map(({ certificate }) => certificate?.keyId),
    ...upcoming.map(({ keyId }) => keyId),
    pendingKeyId,
  ];
  const unused = world.keys.ring.keyIds().filter((keyId) => !used.includes(keyId));
  if (unused.length > 0) fail("I27", `${unused.length} keys are left that nothing uses`);
}
