/** The credentials in their second place: what is not whole is neither a first boot nor lesser security. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Credentials, whatIsWrong } from "../../storage/credentials.ts";
import { type CredentialsFile, credentialsFile } from "../../storage/drivers/credentials_file.ts";
import { durableFile } from "../../storage/drivers/durable_file.ts";

const KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF";
const SECURE: Credentials = {
  chargePointId: "RDAM 123",
  csmsUrl: "wss://csms.example/ocpp",
  securityProfile: 2,
  authorizationKey: KEY,
};

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

const KEY_WRONG = "authorizationKey must be 16 to 20 bytes as hexadecimal";
checkShape("those of profile 2 with a key", {}, null);
checkShape("a key of 16 bytes", { authorizationKey: KEY.slice(0, 32) }, null);
checkShape("a key of 15 bytes", { authorizationKey: KEY.slice(0, 30) }, KEY_WRONG);
checkShape("a key of 21 bytes", { authorizationKey: `${KEY}00` }, KEY_WRONG);
checkShape("half a byte", { authorizationKey: KEY.slice(0, 33) }, KEY_WRONG);
checkShape("a key that is not hexadecimal", { authorizationKey: "x".repeat(40) }, KEY_WRONG);
checkShape("an identity with a colon", { chargePointId: "a:b" }, "chargePointId must not contain a colon");
checkShape("a URL that is none", { csmsUrl: "csms" }, "csmsUrl must be a ws: or wss: URL");
checkShape("a URL of the web", { csmsUrl: "https://csms.example" }, "csmsUrl must be a ws: or wss: URL");
checkShape("profile 1 in the clear", { securityProfile: 1, csmsUrl: "ws://csms.example" }, null);

for (const [profile, keyWrong] of [[0, false], [1, true], [2, true], [3, false]] as const) {
  const { authorizationKey: _, ...keyless } = { ...SECURE, securityProfile: profile };
  Deno.test({ name: `credentials: profile ${profile} without a key`, permissions: "none" }, () => {
    const parsed = Credentials.safeParse(keyless);
    const wrong = parsed.success ? null : whatIsWrong(parsed.error);
    assertEquals(wrong, keyWrong ? "authorizationKey is needed by security profiles 1 and 2" : null);
  });
}
for (const profile of [2, 3] as const) {
  const changes = { securityProfile: profile, csmsUrl: "ws://csms.example" };
  checkShape(
    `profile ${profile} in the clear`,
    changes,
    "csmsUrl must be a wss: URL for security profiles 2 and 3",
  );
}

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
      await file.write({ ...SECURE, securityProfile: 1 });
      await file.write(SECURE);
      Deno.truncateSync(`${directory}/${copy}`, 30);
      const read = await file.read();
      assert(read.kind === "read");
      assertEquals(read.credentials.securityProfile, 2);
      assertStringIncludes(read.damage ?? "", copy);
    }
  },
);

check("with both copies torn they are damaged, which is no first boot", async (file, directory) => {
  await file.write(SECURE);
  for (const copy of ["credentials.1", "credentials.2"]) Deno.truncateSync(`${directory}/${copy}`, 30);
  assertEquals((await file.read()).kind, "damaged");
});

check("whole copies of something else are damaged, and no value is quoted", async (file, directory) => {
  await durableFile(directory, "credentials").write({ ...SECURE, authorizationKey: "hunter2" });
  assertEquals(await file.read(), { kind: "damaged", error: KEY_WRONG });
});

check("what are no credentials is not written, and not quoted", async (file) => {
  await file.write(SECURE);
  const error = await assertRejects(
    () => file.write({ ...SECURE, authorizationKey: "hunter2" }),
    RangeError,
    KEY_WRONG,
  );
  assert(!error.message.includes("hunter2"));
  assertEquals(await file.read(), { kind: "read", credentials: SECURE, damage: null });
});
