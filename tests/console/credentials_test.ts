/**
 * What a start makes of the credentials that are given and of those that are kept: a first value, then a proposal, and
 * lowered by nobody (security white paper A00.FR.004, A00.FR.005).
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { GivenCredentials } from "../../console/credentials.ts";
import { openCredentials, settle } from "../../console/credentials.ts";
import type { Credentials, CredentialsRead } from "../../storage/credentials.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";

const BYTES = new TextEncoder().encode("an-own-password-");
const KEY = "616e2d6f776e2d70617373776f72642d";
const OTHER = "00".repeat(16);
const GIVEN: GivenCredentials = {
  chargePointId: "CP001",
  csms: "ws://csms.test/ocpp",
  csmsSecure: undefined,
  securityProfile: undefined,
  authorizationKey: undefined,
  roots: [],
  securityProfiles: [0, 1, 2, 3],
};
const ROOT = { certificateType: "CentralSystemRootCertificate", pem: "a root" } as const;

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `settled credentials: ${sentence}`, permissions: "none" }, body);
}

function first(given: Partial<GivenCredentials>): Credentials {
  return settled({ kind: "absent" }, given);
}

function settled(read: CredentialsRead, given: Partial<GivenCredentials>): Credentials {
  const outcome = settle(read, { ...GIVEN, ...given });
  assert(typeof outcome !== "string", String(outcome));
  return outcome;
}

function refused(read: CredentialsRead, given: Partial<GivenCredentials>, why: string): void {
  assertStringIncludes(String(settle(read, { ...GIVEN, ...given })), why);
}

function kept(proofs: Credentials["proofs"], more: Partial<Credentials> = {}): CredentialsRead {
  const credentials = { chargePointId: "CP001", csmsUrl: "ws://csms.test/ocpp", proofs, roots: [], ...more };
  return { kind: "read", credentials, damage: null };
}

const absent: CredentialsRead = { kind: "absent" };

check("at the first start nothing given is profile 0, a key is 1, and a wss: URL with a key is 2", () => {
  const secure = { csms: "wss://csms.test", authorizationKey: BYTES, roots: ["a root"] };
  const firsts = [{}, { authorizationKey: BYTES }, secure].map((given) => first(given).proofs);
  assertEquals(firsts, [
    [{ number: 1, securityProfile: 0 }],
    [{ number: 1, securityProfile: 1, authorizationKey: KEY }],
    [{ number: 1, securityProfile: 2, authorizationKey: KEY }],
  ]);
  assertEquals(first(secure).roots, [ROOT]);
});

check("A00: what the profile needs must be given with it", () => {
  refused(absent, { securityProfile: 1 }, "give the AuthorizationKey");
  refused(absent, { csms: "wss://csms.test" }, "security profile 2 needs one");
  refused(absent, { securityProfile: 2, authorizationKey: BYTES }, "give the root certificates");
  refused(absent, { securityProfile: 3, roots: ["a root"] }, "begin with security profile 2");
  refused(
    absent,
    { securityProfile: 1, authorizationKey: BYTES, securityProfiles: [0] },
    "that the station has (0)",
  );
});

check("a wss: URL is never dialled in the clear", () => {
  refused(absent, { csms: "wss://csms.test", securityProfile: 0 }, "write a ws: URL as csms");
  const proof = { number: 1, securityProfile: 1, authorizationKey: KEY } as const;
  refused(kept([proof]), { csms: "wss://csms.test" }, "security profile 1 is without TLS");
});

check("nothing given, what is kept holds; identity and addresses are the configuration's", () => {
  const proofs = [
    { number: 3, securityProfile: 2, authorizationKey: OTHER },
    { number: 2, securityProfile: 1, authorizationKey: KEY },
  ] as const;
  const given = { chargePointId: "CP9", csms: "ws://new.test", csmsSecure: "wss://new.test", roots: ["new"] };
  assertEquals(settled(kept(proofs, { roots: [ROOT], pendingKeyId: "one" }), given), {
    chargePointId: "CP9",
    csmsUrl: "ws://new.test",
    csmsSecureUrl: "wss://new.test",
    proofs,
    roots: [ROOT],
    pendingKeyId: "one",
  });
});

check("what is kept is kept when the same is given again, and when less is", () => {
  const proof = { number: 5, securityProfile: 2, authorizationKey: KEY } as const;
  for (
    const given of [{ authorizationKey: BYTES }, { securityProfile: 2 }, { securityProfile: 1 }, {
      securityProfile: 0,
    }] as const
  ) {
    assertEquals(settled(kept([proof], { roots: [ROOT] }), given).proofs, [proof]);
  }
});

check("another key is tried before the kept one, which stays", () => {
  const proof = { number: 5, securityProfile: 1, authorizationKey: OTHER } as const;
  const { proofs } = settled(kept([proof]), { authorizationKey: BYTES });
  assertEquals(proofs, [{ number: 6, securityProfile: 1, authorizationKey: KEY }, proof]);
  assertEquals(settled(kept(proofs), { authorizationKey: BYTES }).proofs, proofs);
});

/** What is kept after a start to which nothing, or this key, was given. */
function started(before: Credentials, authorizationKey: Uint8Array | undefined): Credentials {
  return settled({ kind: "read", credentials: before, damage: null }, { authorizationKey });
}

const NEXT = new TextEncoder().encode("the-next-password");
const NEXT_KEY = "7468652d6e6578742d70617373776f7264";

check(
  "a key that is given at every start is not proposed again when the central system has replaced it (A01)",
  () => {
    const rotated = { number: 2, securityProfile: 1, authorizationKey: OTHER } as const;
    const before: Credentials = { ...first({ authorizationKey: BYTES }), proofs: [rotated] };
    let now = before;
    for (const key of [BYTES, undefined, BYTES]) now = started(now, key);
    assertEquals(now, before);
  },
);

check(
  "the operator has changed it: it is proposed, once, and the one before it would be a change again",
  () => {
    const rotated = { number: 2, securityProfile: 1, authorizationKey: OTHER } as const;
    const before: Credentials = { ...first({ authorizationKey: BYTES }), proofs: [rotated] };
    const changed = started(before, NEXT);
    assertEquals(changed.proofs, [{ number: 3, securityProfile: 1, authorizationKey: NEXT_KEY }, rotated]);
    const replaced = { ...changed, proofs: [{ ...rotated, number: 4 }] } as const;
    assertEquals(started(replaced, NEXT).proofs, replaced.proofs);
    assertEquals(started(replaced, BYTES).proofs[0].authorizationKey, KEY);
  },
);

check(
  "the operator writes down what the central system has set: that is no change of the charger, but remembered as one",
  () => {
    const rotated = { number: 2, securityProfile: 1, authorizationKey: NEXT_KEY } as const;
    const written = started({ ...first({ authorizationKey: BYTES }), proofs: [rotated] }, NEXT);
    assertEquals(written.proofs, [rotated]);
    const again = { ...written, proofs: [{ ...rotated, number: 3, authorizationKey: OTHER }] } as const;
    assertEquals(started(again, NEXT).proofs, again.proofs);
  },
);

check("of files from before this was remembered a key that is not kept is proposed one last time", () => {
  const proof = { number: 5, securityProfile: 1, authorizationKey: OTHER } as const;
  const once = settled(kept([proof]), { authorizationKey: BYTES });
  assertEquals(once.proofs.length, 2);
  const known = settled(kept([{ ...proof, authorizationKey: KEY }]), { authorizationKey: BYTES });
  for (const { credentials } of [{ credentials: once }, { credentials: known }]) {
    assertEquals(started({ ...credentials, proofs: [proof] }, BYTES).proofs, [proof]);
  }
});

check("the key that was given is remembered without itself, and in no two chargers alike", () => {
  const [one, other] = [first({ authorizationKey: BYTES }), first({ authorizationKey: BYTES })];
  assert(one.givenKey !== undefined && other.givenKey !== undefined);
  assert(one.givenKey.salt !== other.givenKey.salt && one.givenKey.digest !== other.givenKey.digest);
  assert(!JSON.stringify(one.givenKey).includes(KEY));
});

Deno.test("settled credentials: a crash between the two copies of a start proposes neither twice nor never", async () => {
  for (const torn of ["credentials.1", "credentials.2"]) {
    await using directory = await temporaryDirectory();
    const open = (authorizationKey: Uint8Array) =>
      openCredentials({ path: directory.path, close: () => {} }, { ...GIVEN, authorizationKey }, () => {});
    const store = await open(BYTES);
    const before = await store.read();
    const rotated = { number: 2, securityProfile: 1, authorizationKey: OTHER } as const;
    await store.write({ ...before, proofs: [rotated] });
    const copy = await Deno.readFile(`${directory.path}/${torn}`);
    const expected: Credentials["proofs"] = [
      { number: 3, securityProfile: 1, authorizationKey: NEXT_KEY },
      rotated,
    ];
    assertEquals((await (await open(NEXT)).read()).proofs, expected);
    await Deno.writeFile(`${directory.path}/${torn}`, copy);
    assertEquals((await (await open(NEXT)).read()).proofs, expected);
    const proposed = await open(NEXT);
    await proposed.write({ ...await proposed.read(), proofs: [rotated] });
    assertEquals((await (await open(NEXT)).read()).proofs, [rotated]);
  }
});

check("a higher profile is tried before the kept one, which stays", () => {
  const proof = { number: 1, securityProfile: 1, authorizationKey: KEY } as const;
  const given = { securityProfile: 2, roots: ["a root"] } as const;
  const raised = settled(kept([proof]), given);
  assertEquals(raised.proofs, [{ ...proof, number: 2, securityProfile: 2 }, proof]);
  assertEquals(raised.roots, [ROOT]);
  refused(kept([proof]), { securityProfile: 2 }, "give the root certificates");
  refused(kept([{ number: 1, securityProfile: 0 }]), given, "give the AuthorizationKey");
  refused(kept([proof]), { ...given, securityProfile: 3 }, "begin with security profile 2");
});

check("A00.FR.005: damage is not taken for a first start, whatever is given", () => {
  const damaged: CredentialsRead = { kind: "damaged", error: "credentials.1: torn" };
  for (const given of [{}, { authorizationKey: BYTES }, { securityProfile: 0 }] as const) {
    refused(damaged, given, "restore {files}, or remove them to start over");
  }
});
