/**
 * The end of the rollovers: the charger has come back, is rolled over once more as it is meant to be, and nothing of before is left
 * (invariant I27).
 *
 * Law: what the central system would do, and no more; judged by whom it lets in, and by what the charger keeps.
 */
import type { Fail } from "./invariants.ts";
import type { SecuredWorld } from "./security_office.ts";

const roundMs = 10 * 60_000;
const roundsMax = 6;

/** Once all has healed. */
export function cameBack({ centralSystem }: SecuredWorld, fail: Fail): void {
  if (!centralSystem.connected()) fail("I27", "the charger does not come back");
}

/** Whatever was left unproven before: the next change of password or certificate is taken, and proven. */
export async function rollOver(world: SecuredWorld, fail: Fail): Promise<void> {
  const { centralSystem, office } = world;
  for (let round = 0; round < roundsMax; round++) {
    const isDone = office.rollOver();
    await world.advance(roundMs);
    if (!isDone()) continue;
    // To be served is to be spoken to.
    centralSystem.call("TriggerMessage", { requestedMessage: "Heartbeat" });
    await world.advance(roundMs);
    return nothingIsLeft(world, fail);
  }
  fail("I27", "no password and no certificate can be rolled over any more");
}

function nothingIsLeft(world: SecuredWorld, fail: Fail): void {
  const { securityProfile, password } = world.office.served();
  const { proofs, pendingKeyId, upcoming = [] } = world.credentials().held();
  const [proof] = proofs;
  cameBack(world, fail);
  if (proofs.length > 1) {
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
  const used = [proof.certificate?.keyId, ...upcoming.map(({ keyId }) => keyId), pendingKeyId];
  const unused = world.keys.ring.keyIds().filter((keyId) => !used.includes(keyId));
  if (unused.length > 0) fail("I27", `${unused.length} keys are left that nothing uses`);
}
