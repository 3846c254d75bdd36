/**
 * By what the charger proves itself, and which proof is tried when: nothing locks it out, and nothing brings it back below
 * what has been served (security white paper A00.FR.005, A01, A05).
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Proof, Proofs, SecurityProfile } from "../../protocol/proof.ts";
import {
  presentOf,
  Proofs as ProofsSchema,
  PROOFS_MAX,
  proofToTry,
  servedLast,
  whenServed,
  withChange,
} from "../../protocol/proof.ts";

const OLD = "00".repeat(16);
const NEW = "11".repeat(16);
const NEWER = "22".repeat(16);

function proof(number: number, securityProfile: SecurityProfile, authorizationKey = OLD): Proof {
  return { number, securityProfile, authorizationKey };
}

/** `a2+b1`: profile and key of each, newest first. */
function short(proofs: Proofs): string {
  const letters = new Map([[OLD, "old"], [NEW, "new"], [NEWER, "newer"]]);
  return proofs.map((one) =>
    `${one.number}:${one.securityProfile} ${letters.get(one.authorizationKey ?? "") ?? "none"}`
  )
    .join(", ");
}

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `proofs: ${sentence}`, permissions: "none" }, body);
}

check("one proof is tried again and again", () => {
  const proofs: Proofs = [proof(1, 2)];
  assertEquals([0, 1, 2].map((failures) => proofToTry(proofs, failures).number), [1, 1, 1]);
});

check("A05.FR.08: the newest first, then the older ones, round and round", () => {
  const proofs: Proofs = [proof(3, 2), proof(2, 1, NEW), proof(1, 1)];
  const tried = [0, 1, 2, 3, 4, 5, 6].map((failures) => proofToTry(proofs, failures).number);
  assertEquals(tried, [3, 2, 1, 3, 2, 1, 3]);
});

check("A00.FR.005: none below what has been served is tried, though the list still has it", () => {
  const proofs: Proofs = [proof(4, 1, NEW), proof(3, 3), proof(2, 2), proof(1, 1)];
  assertEquals([0, 1, 2, 3].map((failures) => proofToTry(proofs, failures, proof(2, 2)).number), [
    3,
    2,
    3,
    2,
  ]);
  assertEquals([0, 1].map((failures) => proofToTry([proof(1, 1)], failures, proof(2, 2)).number), [1, 1]);
});

check("A01.FR.02: a new password is a new proof above the one that works", () => {
  assertEquals(
    short(withChange([proof(1, 1)], 1, { authorizationKey: NEW })),
    "2:1 new, 1:1 old",
  );
});

check("A05.FR.05: a new profile takes the password along", () => {
  assertEquals(short(withChange([proof(1, 1)], 1, { securityProfile: 2 })), "2:2 old, 1:1 old");
});

check("A05.FR.09: the first success on the new one ends the old one for good", () => {
  assertEquals(short(whenServed([proof(2, 2), proof(1, 1)], 2)), "2:2 old");
});

check("a success on the old one keeps the new one for the next dial, and ends what is older still", () => {
  const proofs: Proofs = [proof(3, 2, NEW), proof(2, 2), proof(1, 1)];
  assertEquals(short(whenServed(proofs, 2)), "3:2 new, 2:2 old");
  assertEquals(short(whenServed(proofs, 1)), short(proofs));
});

check("A00.FR.005: a success on profile 2 ends what would go back to profile 1, newer or older", () => {
  const proofs: Proofs = [proof(3, 1, NEW), proof(2, 2), proof(1, 1)];
  assertEquals(short(whenServed(proofs, 2)), "2:2 old");
});

check("a success on what is not in the list any more changes nothing", () => {
  const proofs: Proofs = [proof(3, 2, NEW), proof(2, 2)];
  assertEquals([1, 4].map((number) => short(whenServed(proofs, number))), [short(proofs), short(proofs)]);
});

check(
  "a second password that comes on the old connection is based on that, and tried before the first",
  () => {
    const waiting = withChange([proof(1, 1)], 1, { authorizationKey: NEW });
    assertEquals(
      short(withChange(waiting, 1, { authorizationKey: NEWER })),
      "3:1 newer, 2:1 new, 1:1 old",
    );
  },
);

check(
  "a password that comes on the old connection after an upgrade is tried there, and with the upgrade",
  () => {
    const waiting = withChange([proof(1, 1)], 1, { securityProfile: 2 });
    assertEquals(
      short(withChange(waiting, 1, { authorizationKey: NEW })),
      "4:1 new, 3:2 new, 2:2 old, 1:1 old",
    );
  },
);

check(
  "an upgrade that was accepted and not proven waits on when a password is served first, and takes it over",
  () => {
    assertEquals(
      short(whenServed([proof(3, 1, NEW), proof(2, 2), proof(1, 1)], 3)),
      "4:2 new, 3:1 new",
    );
  },
);

check("where the list is full the change that has waited longest goes, and never what works", () => {
  let proofs: Proofs = [proof(1, 1)];
  const keys = Array.from({ length: PROOFS_MAX + 1 }, (_, at) => String(at + 1).repeat(32));
  for (const authorizationKey of keys) proofs = withChange(proofs, 1, { authorizationKey });
  assertEquals(proofs.map(({ number }) => number), [10, 9, 8, 7, 6, 5, 4, 1]);
});

check(
  "renewals of a certificate that is shown to nobody take the place of each other, and of no password",
  () => {
    const certificate = (at: number) => ({ chain: `chain ${at}`, keyId: `key ${at}` });
    let proofs: Proofs = withChange([{ ...proof(1, 2), certificate: certificate(0) }], 1, {
      authorizationKey: NEW,
    });
    proofs = withChange(proofs, 1, { securityProfile: 3 });
    for (let at = 1; at <= 2 * PROOFS_MAX; at++) {
      proofs = withChange(proofs, 1, {
        certificate: certificate(at),
      });
    }
    const passwords = proofs.filter(({ securityProfile }) => securityProfile === 2);
    assertEquals(passwords.map(({ authorizationKey }) => authorizationKey), [NEW, OLD]);
    const shown = proofs.filter(({ securityProfile }) => securityProfile === 3);
    const newest = [2 * PROOFS_MAX, 2 * PROOFS_MAX - 1].map((at) => `key ${at}`);
    assertEquals([...new Set(shown.map(({ certificate }) => certificate?.keyId))].slice(0, 2), newest);
  },
);

/** Profile, password's first letter and certificate's key of each, newest first. */
function shown(proofs: Proofs): string {
  return proofs.map(({ number, securityProfile, authorizationKey, certificate }) =>
    [`${number}:${securityProfile}`, authorizationKey?.[0], certificate?.keyId].filter((one) =>
      one !== undefined
    )
      .join(" ")
  ).join(", ");
}

function certificateOf(keyId: string) {
  return { chain: `chain of ${keyId}`, keyId };
}

/** `letter`: of its password. */
function lettered(number: number, securityProfile: SecurityProfile, letter: string, keyId?: string): Proof {
  const one = proof(number, securityProfile, letter.repeat(32));
  return keyId === undefined ? one : { ...one, certificate: certificateOf(keyId) };
}

check(
  "where the list is full the upgrade of what works goes last, however many passwords have come since",
  () => {
    let proofs = withChange([lettered(1, 1, "0")], 1, { securityProfile: 2 });
    for (const letter of "12345") {
      proofs = withChange(whenServed(proofs, 1), 1, { authorizationKey: letter.repeat(32) });
    }
    assertEquals(shown(proofs), "12:1 5, 11:2 5, 10:1 4, 9:2 4, 8:1 3, 7:2 3, 2:2 0, 1:1 0");
  },
);

check("so does the upgrade to a certificate, which shows no password", () => {
  let proofs = withChange([lettered(1, 2, "0", "k")], 1, { securityProfile: 3 });
  for (const letter of "12345678") proofs = withChange(proofs, 1, { authorizationKey: letter.repeat(32) });
  assertEquals(shown(proofs), "10:2 8 k, 9:2 7 k, 8:2 6 k, 7:2 5 k, 6:2 4 k, 5:2 3 k, 2:3 8 k, 1:2 0 k");
});

check("what is lower with the same password is no upgrade", () => {
  const passwords = [..."gfedc"].map((letter, at) => lettered(7 - at, 2, letter));
  const proofs: Proofs = [lettered(8, 2, "h"), ...passwords, lettered(2, 2, "a"), lettered(1, 1, "a")];
  assertEquals(
    shown(withChange(proofs, 2, { authorizationKey: "b".repeat(32) })),
    "10:2 b, 9:1 b, 8:2 h, 7:2 g, 6:2 f, 5:2 e, 4:2 d, 2:2 a",
  );
});

check(
  "of certificates that of the last renewal but one stays, and the one before goes ahead of any password",
  () => {
    const proofs: Proofs = [
      lettered(8, 3, "a", "k2"),
      lettered(7, 3, "b", "k2"),
      lettered(6, 3, "a", "k1"),
      lettered(5, 2, "b"),
      lettered(4, 2, "c"),
      lettered(3, 2, "d"),
      lettered(2, 2, "e"),
      lettered(1, 2, "a"),
    ];
    assertEquals(
      shown(withChange(proofs, 1, { certificate: certificateOf("k3") })),
      "10:3 a k3, 9:3 b k3, 8:3 a k2, 7:3 b k2, 5:2 b k3, 4:2 c k3, 3:2 d k3, 1:2 a k3",
    );
  },
);

check("where there is room what was renewed twice keeps its place", () => {
  const proofs: Proofs = [
    lettered(4, 3, "a", "k2"),
    lettered(3, 3, "a", "k1"),
    lettered(2, 2, "b"),
    lettered(1, 2, "a"),
  ];
  assertEquals(
    shown(withChange(proofs, 1, { certificate: certificateOf("k3") })),
    "5:3 a k3, 4:3 a k2, 3:3 a k1, 2:2 b k3, 1:2 a k3",
  );
});

check("what waits and does not show the change keeps it, and is there once", () => {
  const proofs: Proofs = [lettered(4, 3, "a", "k"), lettered(3, 3, "b", "k"), lettered(1, 2, "a", "k")];
  assertEquals(
    shown(withChange(proofs, 1, { authorizationKey: "c".repeat(32) })),
    "5:2 c k, 4:3 c k, 1:2 a k",
  );
});

check("another key is another certificate, and so is another chain of the same key", () => {
  const chain = "chain of k";
  const works: Proof = { number: 1, securityProfile: 3, certificate: { chain, keyId: "k" } };
  const changes = [{ chain, keyId: "other" }, { chain: "other", keyId: "k" }];
  assertEquals(
    changes.map((certificate) => withChange([works], 1, { certificate }).map((one) => one.certificate)),
    changes.map((certificate) => [certificate, works.certificate]),
  );
  assertEquals(
    changes.map((certificate) =>
      withChange([{ ...works, number: 2, certificate }, works], 1, { certificate: certificateOf("k") })
        .map(({ number }) => number)
    ),
    [[3, 2, 1], [3, 2, 1]],
    "what is made again has another one's place only where both are the same",
  );
});

check("a password is the same in capitals", () => {
  const waiting = withChange([lettered(1, 1, "0")], 1, { authorizationKey: "ab".repeat(16) });
  const again = withChange(waiting, 1, { authorizationKey: "AB".repeat(16) });
  assertEquals(shown(again), "3:1 A, 1:1 0");
});

check("upgrades that took over the same password are one", () => {
  const proofs: Proofs = [lettered(4, 1, "c"), lettered(3, 2, "b"), lettered(2, 2, "a"), lettered(1, 1, "a")];
  assertEquals(shown(whenServed(proofs, 4)), "5:2 c, 4:1 c");
});

check("a password that has been asked for before has one place, the newest", () => {
  let proofs: Proofs = [proof(1, 1)];
  for (const authorizationKey of [NEW, NEWER, NEW]) proofs = withChange(proofs, 1, { authorizationKey });
  assertEquals(short(proofs), "4:1 new, 3:1 newer, 1:1 old");
});

check("an upgrade that comes while a password waits is tried with either", () => {
  const waiting = withChange([proof(1, 1)], 1, { authorizationKey: NEW });
  assertEquals(short(withChange(waiting, 1, { securityProfile: 2 })), "4:2 old, 3:2 new, 2:1 new, 1:1 old");
});

check("under profiles 0 and 3 a password is kept where it is, and no proof is new", () => {
  assertEquals(
    short(withChange([proof(2, 1, NEW), proof(1, 0)], 1, { authorizationKey: NEWER })),
    "3:1 newer, 2:1 new, 1:0 newer",
    "a higher profile that waits is tried with it first",
  );
  const [only] = withChange([{ number: 1, securityProfile: 0 }], 1, { authorizationKey: NEW });
  assertEquals(only, { number: 1, securityProfile: 0, authorizationKey: NEW });
});

check("A05.FR.08: what holds is what was served last, however new the others are", () => {
  assertEquals(servedLast([proof(3, 3), proof(2, 2), proof(1, 1)]).number, 1);
  assertEquals(presentOf([proof(3, 3), proof(2, 2), proof(1, 1)], 2).number, 2);
  assertEquals(presentOf([proof(3, 3), proof(2, 2)], null).number, 2);
});

/** A central system that may serve any proof of the list, and change something on the connection that it gave. */
type Step =
  | { readonly kind: "served"; readonly at: number }
  | { readonly kind: "password"; readonly key: string }
  | { readonly kind: "raise" }
  | { readonly kind: "stored"; readonly key: string };

const keys = fc.constantFrom(OLD, NEW, NEWER);
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("served" as const), at: fc.nat(PROOFS_MAX) }),
    fc.record({ kind: fc.constant("password" as const), key: keys }),
    fc.record({ kind: fc.constant("raise" as const) }),
    fc.record({ kind: fc.constant("stored" as const), key: keys }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 40 },
);

check(
  "whatever is served and changed in whatever order: a valid list, what works is in it, and it never goes below",
  () => {
    fc.assert(fc.property(steps, (story) => {
      let proofs: Proofs = [proof(1, 1)];
      let present = 1;
      let least: SecurityProfile = 1;
      for (const step of story) {
        switch (step.kind) {
          case "served":
            present = (proofs[step.at] ?? proofs[0]).number;
            proofs = whenServed(proofs, present);
            assertEquals(servedLast(proofs).number, present);
            assert(servedLast(proofs).securityProfile >= least);
            least = servedLast(proofs).securityProfile;
            break;
          case "password":
            proofs = withChange(proofs, present, { authorizationKey: step.key });
            break;
          case "raise":
            if (presentOf(proofs, present).securityProfile === 1) {
              proofs = withChange(proofs, present, { securityProfile: 2 });
            }
            break;
          case "stored":
            proofs = withChange(proofs, present, { authorizationKey: step.key });
            break;
        }
        assert(ProofsSchema.safeParse(proofs).success, short(proofs));
        assert(proofs.some(({ number }) => number === present), `${present} of ${short(proofs)}`);
        assert(proofs.every(({ securityProfile }) => securityProfile >= least), short(proofs));
      }
    }));
  },
);
