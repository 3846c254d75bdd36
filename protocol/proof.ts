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

/** At least one; each more is a change that no success has confirmed yet, and a central system that sends many is bounded. */
export const PROOFS_MAX = 4;

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

/** What a change makes different from the proof of the connection that it came on. */
export type ProofChange = Partial<Omit<Proof, "number">>;

/**
 * The proof for a dial: the newest first, and after each failure the next older one, round and round.
 * `failures`: dials since a proof was served last. `least`: the profile of that one, which the list may not know of yet: none below
 * it is tried (A00.FR.005).
 */
export function proofToTry(proofs: Proofs, failures: number, least: SecurityProfile = 0): Proof {
  const able = proofs.filter(({ securityProfile }) => securityProfile >= least);
  return able[failures % able.length] ?? proofs[0];
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
  const waiting = proofs.filter((proof) =>
    proof.number < number && proof.securityProfile > served.securityProfile
  ).map((proof, index, all): Proof => ({
    ...proof,
    ...(authorizationKey === undefined ? {} : { authorizationKey }),
    number: newest.number + all.length - index,
  }));
  const [first = newest, ...rest] = [...waiting, newest, ...older];
  return [first, ...rest];
}

/**
 * A change that is to be proven, which came on the connection of proof `number` (A01.FR.02, A05.FR.05). What was not proven
 * before it stays too, since nobody knows whether the central system has heard the answer to this one; where there is no room
 * for all of them, the one that has waited longest goes, and never the one that works.
 */
export function withNewProof(proofs: Proofs, number: number, change: ProofChange): Proofs {
  const base = presentOf(proofs, number);
  const newest = { ...base, ...change, number: proofs[0].number + 1 };
  const waiting = proofs.filter((proof) => proof !== base).slice(0, PROOFS_MAX - 2);
  return [newest, ...[...waiting, base].sort((one, other) => other.number - one.number)];
}

/**
 * A change that shows nowhere on the present connection: kept with the proof that works, and with whatever waits to be proven above
 * it, for the central system has given up what was before (A01.FR.03).
 */
export function withStoredChange(proofs: Proofs, number: number, change: ProofChange): Proofs {
  const base = presentOf(proofs, number);
  const [newest, ...older] = proofs;
  const changed = (proof: Proof): Proof =>
    proof.securityProfile >= base.securityProfile ? { ...proof, ...change } : proof;
  return [changed(newest), ...older.map(changed)];
}

/** The proof of the present connection; where it is not known any more, the oldest: the last that has been served. */
export function presentOf(proofs: Proofs, number: number | null): Proof {
  return proofs.find((proof) => proof.number === number) ?? servedLast(proofs);
}

/** What holds until a newer one has been served: what GetConfiguration tells as SecurityProfile (A05.FR.08). */
export function servedLast(proofs: Proofs): Proof {
  return proofs.at(-1) ?? proofs[0];
}
