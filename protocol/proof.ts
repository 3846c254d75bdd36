/**
 * By what this charge point proves itself, and which proof is tried when: the settings that hold, and above them those that
 * have not been proven yet.
 *
 * Law: an older proof is forgotten when a newer one has been served, and not before, so that no mistake locks the charger
 * out; and what has been served once is never gone below by OCPP (security white paper A00.FR.005, A05.FR.08).
 */
import { z } from "zod";

export const SecurityProfile = z.literal([0, 1, 2, 3]);
export type SecurityProfile = z.infer<typeof SecurityProfile>;

/** The charge point's certificate, and which of the keys that never leave the key driver is its own. */
export const ChargePointCertificate = z.strictObject({
  /** PEM, leaf first. A message carries 10,000 characters (A02); written in lines of 64, as it is kept, it has at most so many. */
  chain: z.string().min(1).max(10_600),
  keyId: z.string().min(1).max(64),
}).readonly();
export type ChargePointCertificate = z.infer<typeof ChargePointCertificate>;

export const Proof = z.strictObject({
  /** Which proof this is, for whoever speaks of it without its secret. A later one has a higher number. */
  number: z.int().min(1),
  securityProfile: SecurityProfile,
  /** 16 to 20 bytes (A00.FR.204, A00.FR.304). Profiles 0 and 3 keep it, and do not use it. */
  authorizationKey: z.string().regex(/^(?:[0-9A-Fa-f]{2}){16,20}$/, "must be 16 to 20 bytes as hexadecimal")
    .exactOptional(),
  /** Profiles below 3 keep it, and do not use it. */
  certificate: ChargePointCertificate.exactOptional(),
}).readonly().superRefine(({ securityProfile, authorizationKey, certificate }, context) => {
  const refuse = (field: string, message: string) =>
    context.addIssue({ code: "custom", path: [field], message });
  if ((securityProfile === 1 || securityProfile === 2) && authorizationKey === undefined) {
    refuse("authorizationKey", "is needed by security profiles 1 and 2");
  }
  if (securityProfile === 3 && certificate === undefined) {
    refuse("certificate", "is needed by security profile 3");
  }
});
export type Proof = z.infer<typeof Proof>;

/** At least one; each more is a change that no success has confirmed yet: room for three of them, with each other and without. */
export const PROOFS_MAX = 8;

/** Certificates that are not valid yet: a central system that signs for next month, and thinks better of it, needs two. */
export const UPCOMING_MAX = 4;

/** Newest first. */
export const Proofs = z.tuple([Proof], Proof).readonly().superRefine((proofs, context) => {
  if (proofs.length > PROOFS_MAX) {
    context.addIssue({ code: "custom", message: `must be at most ${PROOFS_MAX}` });
  }
  if (proofs.some(({ number }, index) => number >= (proofs[index - 1]?.number ?? Infinity))) {
    context.addIssue({ code: "custom", message: "must be numbered, the newest highest" });
  }
});
export type Proofs = z.infer<typeof Proofs>;

/** What is known of a proof that has succeeded. */
export type Served = Pick<Proof, "number" | "securityProfile">;

/** What a change makes different from the proof of the connection that it came on. */
export type ProofChange = Partial<Omit<Proof, "number">>;

/**
 * The proof for a dial: the newest first, and after each failure the next older one, round and round.
 * `failures`: dials since a proof was served last. `served`: that one, which the list may not know of yet: none that is over by then
 * is tried (A00.FR.005, A01.FR.03).
 */
export function proofToTry(proofs: Proofs, failures: number, served: Served | null = null): Proof {
  const able = proofs.filter((proof) => served === null || !isOver(proof, served));
  return able[failures % able.length] ?? proofs[0];
}

/** Lower, or its forerunner: a higher one that is older goes on waiting. */
function isOver({ number, securityProfile }: Proof, served: Served): boolean {
  return securityProfile < served.securityProfile ||
    securityProfile === served.securityProfile && number < served.number;
}

/**
 * The charger has been served on proof `number`: what is older is over (A05.FR.09). What is newer stays, and is tried at the
 * next dial, unless it is of a lower security profile: what came on an older connection must not bring that back
 * (A00.FR.005). An older one of a higher profile was accepted and never proven: it goes on waiting, with the key that has just been
 * served. The same list when nothing changes.
 */
export function whenServed(proofs: Proofs, number: number): Proofs {
  const served = proofs.find((proof) => proof.number === number);
  if (served === undefined) return proofs;
  const [newest = served, ...older] = proofs.filter((proof) =>
    proof.number >= number && proof.securityProfile >= served.securityProfile
  );
  const { authorizationKey } = served;
  const higher = proofs.filter((proof) =>
    proof.number < number && proof.securityProfile > served.securityProfile
  ).map((proof): Proof => authorizationKey === undefined ? proof : { ...proof, authorizationKey });
  const left = [newest, ...older];
  const waiting = distinct(higher).filter((proof) => !left.some((one) => isSame(one, proof)));
  const numbered = waiting.map((proof, at) => ({ ...proof, number: newest.number + waiting.length - at }));
  const [first = newest, ...rest] = [...numbered, ...left];
  return [first, ...rest];
}

/**
 * A change that was Accepted on the connection of proof `number` (A01.FR.02, A05.FR.05). Nobody knows which of the answers before it
 * the central system has heard: each proof that it makes another one of is there with it and without, that of the connection first,
 * and those that do not show it keep it. Where there is no room for all, what has waited longest goes, and never the one that works; but
 * first the certificates that were renewed twice since: of these any that was signed is as good, and of passwords there is one. Last goes
 * the upgrade of what works: it is all that helps where of these changes only that to a higher profile was heard.
 */
export function withChange(proofs: Proofs, number: number, change: ProofChange): Proofs {
  const base = presentOf(proofs, number);
  const others = proofs.filter((proof) => proof !== base);
  const changed = [base, ...others].filter((proof) => shows(proof, change));
  const made = distinct(changed.map((proof) => ({ ...proof, ...change }))).slice(0, PROOFS_MAX - 1);
  const newest = made.map((proof, at) => ({ ...proof, number: proofs[0].number + made.length - at }));
  const left = distinct(others.map((proof) => keeping(proof, change))).filter((proof) =>
    !made.some((one) => isSame(one, proof))
  );
  const isRenewed = (proof: Proof) => renewals(proof, [...newest, ...left]) >= 2;
  const { upgrade = [], rest = [], renewed = [] } = Object.groupBy(
    left,
    (proof) => isUpgradeOf(proof, base) ? "upgrade" : isRenewed(proof) ? "renewed" : "rest",
  );
  const waiting = [...upgrade, ...rest, ...renewed].slice(0, PROOFS_MAX - 1 - newest.length);
  const [first, ...older] = [...newest, ...[...waiting, keeping(base, change)].sort(byAge)];
  return first === undefined ? proofs : [first, ...older];
}

/** Whether the central system sees another proof by it. */
function shows({ securityProfile }: Proof, change: ProofChange): boolean {
  if (change.securityProfile !== undefined) return securityProfile < change.securityProfile;
  return change.certificate === undefined
    ? securityProfile === 1 || securityProfile === 2
    : securityProfile === 3;
}

/** What it has for later, where it does not show it; a profile is nothing that could be kept. */
function keeping(proof: Proof, change: ProofChange): Proof {
  return change.securityProfile !== undefined || shows(proof, change) ? proof : { ...proof, ...change };
}

/** In a higher profile it shows what `base` has for that. */
function isUpgradeOf({ securityProfile, authorizationKey, certificate }: Proof, base: Proof): boolean {
  if (securityProfile <= base.securityProfile) return false;
  return securityProfile === 3
    ? isSameCertificate(certificate, base.certificate)
    : isSameKey(authorizationKey, base.authorizationKey);
}

/** How many certificates have come after the one that it shows. */
function renewals({ number, securityProfile, certificate }: Proof, proofs: readonly Proof[]): number {
  if (securityProfile !== 3) return 0;
  const newer = proofs.filter((one) => one.securityProfile === 3 && one.number > number);
  return new Set(newer.map((one) => one.certificate?.keyId)).difference(new Set([certificate?.keyId])).size;
}

function distinct(proofs: readonly Proof[]): readonly Proof[] {
  return proofs.filter((proof, at) => !proofs.slice(0, at).some((one) => isSame(one, proof)));
}

function isSame(one: Proof, other: Proof): boolean {
  return one.securityProfile === other.securityProfile &&
    isSameKey(one.authorizationKey, other.authorizationKey) &&
    isSameCertificate(one.certificate, other.certificate);
}

function isSameKey(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

function isSameCertificate(one?: ChargePointCertificate, other?: ChargePointCertificate): boolean {
  return one?.keyId === other?.keyId && one?.chain === other?.chain;
}

function byAge(one: Proof, other: Proof): number {
  return other.number - one.number;
}

/** The proof of the present connection; where it is not known any more, the oldest: the last that has been served. */
export function presentOf(proofs: Proofs, number: number | null): Proof {
  return proofs.find((proof) => proof.number === number) ?? servedLast(proofs);
}

/** What holds until a newer one has been served: what GetConfiguration tells as SecurityProfile (A05.FR.08). */
export function servedLast(proofs: Proofs): Proof {
  return proofs.at(-1) ?? proofs[0];
}
