/** What ChangeConfiguration may make of the password and of the security profile (security white paper A00 to A05, TC_084). */
import { assertEquals } from "@std/assert";
import type { Proof, SecurityProfile } from "../../protocol/proof.ts";
import type { SecurityFacts } from "../../protocol/security_change.ts";
import { judgeAuthorizationKey, judgeSecurityProfile } from "../../protocol/security_change.ts";

const KEY = "4F43415F4F4354545F61646D696E5F74657374";
const ABLE: SecurityFacts = {
  securityProfiles: [0, 1, 2, 3],
  plainAuthorizationKey: true,
  hasCentralSystemRoot: true,
  hasChargePointCertificate: true,
};

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `security change: ${sentence}`, permissions: "none" }, body);
}

function proofOf(securityProfile: SecurityProfile, key = true): Proof {
  return { number: 1, securityProfile, ...(key ? { authorizationKey: KEY } : {}) };
}

/** From, to, what is different, and why it is refused; "" where it is not. */
function checkProfile(
  id: string,
  from: SecurityProfile,
  to: string,
  but: Partial<SecurityFacts> & { readonly key?: boolean },
  refused: string,
): void {
  const { key = true, ...facts } = but;
  check(
    `${id}: from ${from} to ${JSON.stringify(to)}${refused === "" ? "" : ` is refused: ${refused}`}`,
    () => {
      const judged = judgeSecurityProfile(to, proofOf(from, key), { ...ABLE, ...facts });
      const wanted = refused === ""
        ? { kind: "change", change: { securityProfile: Number(to) }, proven: true }
        : { kind: "refused", why: refused };
      assertEquals(judged as unknown, wanted);
    },
  );
}

checkProfile("A05.FR.05", 0, "1", {}, "");
checkProfile("A05.FR.05", 1, "2", {}, "");
checkProfile("A05.FR.05", 2, "3", {}, "");
checkProfile("A05.FR.05", 0, "3", { key: false }, "");
checkProfile("A05.FR.05", 1, "3", {}, "");
checkProfile("A05.FR.01", 1, "1", {}, "SecurityProfile goes up from 1, not to 1");
checkProfile("TC_084_CS", 2, "1", {}, "SecurityProfile goes up from 2, not to 1");
checkProfile("TC_084_CS", 3, "2", {}, "SecurityProfile goes up from 3, not to 2");
checkProfile("A05.FR.01", 3, "0", {}, "SecurityProfile goes up from 3, not to 0");
checkProfile("A05.FR.01", 0, "0", {}, "SecurityProfile goes up from 0, not to 0");
checkProfile("A05.FR.02", 0, "1", { key: false }, "SecurityProfile 1 needs an AuthorizationKey");
checkProfile("A05.FR.02", 0, "2", { key: false }, "SecurityProfile 2 needs an AuthorizationKey");
const noRoot = { hasCentralSystemRoot: false };
checkProfile("A05.FR.03", 1, "2", noRoot, "SecurityProfile 2 needs a valid CentralSystemRootCertificate");
checkProfile("A05.FR.03", 1, "3", noRoot, "SecurityProfile 3 needs a valid CentralSystemRootCertificate");
checkProfile("A05.FR.03", 0, "1", noRoot, "");
const noCertificate = { hasChargePointCertificate: false };
checkProfile("A05.FR.04", 2, "3", noCertificate, "SecurityProfile 3 needs a valid charge point certificate");
checkProfile("A05.FR.04", 1, "2", noCertificate, "");
for (const text of ["4", "-1", "", "two", "2.0", " 2", "02", "2\n"]) {
  const why = `SecurityProfile takes one of 0, 1, 2, 3, not ${JSON.stringify(text)}`;
  checkProfile("what is no profile", 1, text, {}, why);
}
checkProfile(
  "a profile that the station has not",
  1,
  "3",
  { securityProfiles: [0, 1, 2] },
  'SecurityProfile takes one of 0, 1, 2, not "3"',
);

for (const [profile, proven] of [[0, false], [1, true], [2, true], [3, false]] as const) {
  check(`A01.FR.02: under profile ${profile} a password is ${proven ? "proven" : "only kept"}`, () => {
    assertEquals(judgeAuthorizationKey(KEY, proofOf(profile), ABLE), {
      kind: "change",
      change: { authorizationKey: KEY.toLowerCase() },
      proven,
    });
  });
}

/** A value, and the bytes that it stands for; null where it is refused. */
function checkKey(sentence: string, value: string, kept: string | null, plain = true): void {
  check(`A01.FR.04: ${sentence}`, () => {
    const judged = judgeAuthorizationKey(value, proofOf(1), { ...ABLE, plainAuthorizationKey: plain });
    assertEquals(judged.kind === "change" ? judged.change.authorizationKey : null, kept ?? null);
    if (kept === null && judged.kind === "refused") assertEquals(judged.why.includes(value), value === "");
  });
}

checkKey("16 bytes in hexadecimal", "0".repeat(32), "0".repeat(32));
checkKey("20 bytes in hexadecimal", "aB".repeat(20), "ab".repeat(20));
checkKey("15 bytes", "0".repeat(30), null);
checkKey("21 bytes", "0".repeat(42), null);
checkKey("half a byte", "0".repeat(33), null);
checkKey("what is not hexadecimal and too long for a password", "x".repeat(32), null);
checkKey("nothing", "", null);
checkKey("16 plain characters", "0123456789abcdef", "30313233343536373839616263646566");
checkKey("16 plain characters where the station takes none", "0123456789abcdef", null, false);
checkKey("a line break in plain characters", "0123456789abcde\n", null);
