/** The credentials in their second place: what is not whole is neither a first boot nor lesser security. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Credentials, whatIsWrong } from "../../storage/credentials.ts";
import { type CredentialsFile, credentialsFile } from "../../storage/drivers/credentials_file.ts";
import { durableFile } from "../../storage/drivers/durable_file.ts";

const KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF";
const SECURE: Credentials = {
  chargePointId: "RDAM 123",
  csmsUrl: "wss://csms.example/ocpp",
  proofs: [{ number: 2, securityProfile: 2, authorizationKey: KEY }],
  roots: [{ certificateType: "CentralSystemRootCertificate", pem: "a root" }],
};

function withProfile(securityProfile: 1 | 2): Credentials {
  return { ...SECURE, proofs: [{ number: 2, securityProfile, authorizationKey: KEY }] };
}

function checkShape(
  sentence: string,
  changes: Readonly<Record<string, unknown>>,
  wrong: string | null,
): void {
  Deno.test({ name: `credentials: ${sentence}`, permissions: "none" }, () => {
    const parsed = Credentials.safeParse({ ...SECURE, ...changes });
    assertEquals(parsed.success ? null : whatIsWrong(parsed.error), wrong);
  });
}

function checkKey(sentence: string, authorizationKey: string, isRight: boolean): void {
  const wrong = "proofs.0.authorizationKey must be 16 to 20 bytes as hexadecimal";
  const proofs = [{ number: 1, securityProfile: 2, authorizationKey }];
  checkShape(sentence, { proofs }, isRight ? null : wrong);
}

const CERTIFICATE = { chain: "a chain", keyId: "one" };

checkShape("those of profile 2 with a key", {}, null);
checkKey("A00.FR.204: a key of 16 bytes", KEY.slice(0, 32), true);
checkKey("a key of 15 bytes", KEY.slice(0, 30), false);
checkKey("a key of 21 bytes", `${KEY}00`, false);
checkKey("half a byte", KEY.slice(0, 33), false);
checkKey("a key that is not hexadecimal", "x".repeat(40), false);
checkShape("an identity with a colon", { chargePointId: "a:b" }, "chargePointId must not contain a colon");
checkShape("a URL that is none", { csmsUrl: "csms" }, "csmsUrl must be a ws: or wss: URL");
checkShape(
  "a URL of the web",
  { csmsSecureUrl: "https://c.test" },
  "csmsSecureUrl must be a ws: or wss: URL",
);
checkShape("no proof at all", { proofs: [] }, "proofs.0 Invalid input: expected object, received undefined");
checkShape("profile 0 with nothing", { proofs: [{ number: 1, securityProfile: 0 }] }, null);
checkShape(
  "profile 3 with a certificate",
  { proofs: [{ number: 1, securityProfile: 3, certificate: CERTIFICATE }] },
  null,
);
for (const securityProfile of [1, 2]) {
  checkShape(
    `profile ${securityProfile} without a key`,
    { proofs: [{ number: 1, securityProfile }] },
    "proofs.0.authorizationKey is needed by security profiles 1 and 2",
  );
}
checkShape(
  "profile 3 without a certificate",
  { proofs: [{ number: 1, securityProfile: 3, authorizationKey: KEY }] },
  "proofs.0.certificate is needed by security profile 3",
);
checkShape(
  "proofs whose numbers do not fall",
  { proofs: [{ number: 1, securityProfile: 0 }, { number: 1, securityProfile: 0 }] },
  "proofs must be numbered, the newest highest",
);
checkShape(
  "more proofs than are ever tried",
  { proofs: [9, 8, 7, 6, 5, 4, 3, 2, 1].map((number) => ({ number, securityProfile: 0 })) },
  "proofs must be at most 8",
);

function check(sentence: string, prove: (file: CredentialsFile, directory: string) => Promise<void>): void {
  Deno.test(`credentials file: ${sentence}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd_credentials_" });
    try {
      await prove(credentialsFile(directory), directory);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

check("before the first write they are absent: a first boot", async (file) => {
  assertEquals(await file.read(), { kind: "absent" });
});

check("what is written is read", async (file) => {
  await file.write(SECURE);
  assertEquals(await file.read(), { kind: "read", credentials: SECURE, damage: null });
});

check(
  "after a raise of the security profile neither torn copy brings the lower one back",
  async (file, directory) => {
    for (const copy of ["credentials.1", "credentials.2"]) {
      await file.write(withProfile(1));
      await file.write(withProfile(2));
      Deno.truncateSync(`${directory}/${copy}`, 30);
      const read = await file.read();
      assert(read.kind === "read");
      assertEquals(read.credentials.proofs[0].securityProfile, 2);
      assertStringIncludes(read.damage ?? "", copy);
    }
  },
);

check("with both copies torn they are damaged, which is no first boot", async (file, directory) => {
  await file.write(SECURE);
  for (const copy of ["credentials.1", "credentials.2"]) Deno.truncateSync(`${directory}/${copy}`, 30);
  assertEquals((await file.read()).kind, "damaged");
});

const NO_KEY = {
  ...SECURE,
  proofs: [{ number: 1, securityProfile: 2, authorizationKey: "hunter2" }] as const,
};
const KEY_WRONG = "proofs.0.authorizationKey must be 16 to 20 bytes as hexadecimal";

check("whole copies of something else are damaged, and no value is quoted", async (file, directory) => {
  await durableFile(directory, "credentials").write(NO_KEY);
  assertEquals(await file.read(), { kind: "damaged", error: KEY_WRONG });
});

check("what are no credentials is not written, and not quoted", async (file) => {
  await file.write(SECURE);
  const error = await assertRejects(() => file.write(NO_KEY), RangeError, KEY_WRONG);
  assert(!error.message.includes("hunter2"));
  assertEquals(await file.read(), { kind: "read", credentials: SECURE, damage: null });
});

check(
  "as they were kept before there was a list they are read, and nothing is lost",
  async (file, directory) => {
    const { chargePointId, csmsUrl } = SECURE;
    for (const secret of [{}, { securityProfile: 1, authorizationKey: KEY }]) {
      const former = { chargePointId, csmsUrl, securityProfile: 0, ...secret };
      await durableFile(directory, "credentials").write(former);
      const read = await file.read();
      assert(read.kind === "read");
      const proof = { number: 1, securityProfile: 0, ...secret };
      assertEquals(read.credentials, { chargePointId, csmsUrl, proofs: [proof], roots: [] } as unknown);
    }
  },
);

check("a former file that is not whole is damaged, and no key of it is quoted", async (file, directory) => {
  const former = {
    chargePointId: "CP",
    csmsUrl: "ws://csms.test",
    securityProfile: 1,
    authorizationKey: "hunter2",
  };
  await durableFile(directory, "credentials").write(former);
  assertEquals(await file.read(), { kind: "damaged", error: KEY_WRONG });
});

check("twenty roots of the longest and four chains have room", async (file) => {
  const roots = Array.from({ length: 20 }, () => ({ ...SECURE.roots[0]!, pem: "\n".repeat(5_500) }));
  const chain = { chain: "\n".repeat(10_000), keyId: "one" };
  const [first, ...others] = [4, 3, 2, 1].map((number) => ({
    number,
    securityProfile: 3 as const,
    certificate: chain,
  }));
  const large: Credentials = { ...SECURE, proofs: [first!, ...others], roots };
  await file.write(large);
  assertEquals(await file.read(), { kind: "read", credentials: large, damage: null });
});
