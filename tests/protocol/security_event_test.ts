/** The security events: names, which are sent, and what is said with one (security white paper A04; spec/security.md §8). */
import { assertEquals } from "@std/assert";
import { isCritical, isSent, securityEventTypes, techInfoOf } from "../../protocol/security_event.ts";

function check(name: string, body: () => void): void {
  Deno.test({ name: `security event: ${name}`, permissions: "none" }, body);
}

/** spec/security.md §8, in its order: the critical ones with an asterisk. */
const table =
  `FirmwareUpdated* FailedToAuthenticateAtCentralSystem CentralSystemFailedToAuthenticate SettingSystemTime*
  StartupOfTheDevice* ResetOrReboot* SecurityLogWasCleared* ReconfigurationOfSecurityParameters MemoryExhaustion*
  InvalidMessages AttemptedReplayAttacks TamperDetectionActivated* InvalidFirmwareSignature
  InvalidFirmwareSigningCertificate InvalidCentralSystemCertificate InvalidChargePointCertificate InvalidTLSVersion
  InvalidTLSCipherSuite`.split(/\s+/);

/** L01.FR.02, L01.FR.03, TC_077, TC_078. */
const alsoSent = [
  "InvalidFirmwareSignature",
  "InvalidFirmwareSigningCertificate",
  "InvalidCentralSystemCertificate",
  "InvalidChargePointCertificate",
];

check("the names and which are critical as in the white paper's list; none is too long for the wire", () => {
  assertEquals(securityEventTypes.map((type) => `${type}${isCritical(type) ? "*" : ""}`), table);
  assertEquals(securityEventTypes.filter((type) => type.length > 50), []);
});

check(
  "A04.FR.01: sent are the critical ones and those that a use case wants sent; all of them on request",
  () => {
    const sent = securityEventTypes.filter((type) => isSent(type, false));
    assertEquals(sent, securityEventTypes.filter((type) => isCritical(type) || alsoSent.includes(type)));
    assertEquals(securityEventTypes.filter((type) => isSent(type, true)), securityEventTypes);
  },
);

for (
  const [name, text, expected] of [
    ["it is one line", " one\r\n\ttwo\u2028three\0 ", "one two three"],
    ["credentials in a URL go", "GET ftp://user:secret@host/log", "GET ftp://***@host/log"],
    ["a text with an @ that is no URL stays", "mail a@b", "mail a@b"],
    ["what is too long is cut to 255", "x".repeat(300), `${"x".repeat(254)}…`],
    ["255 fit", "x".repeat(255), "x".repeat(255)],
    ["no half of a character is left", `${"x".repeat(253)}🔒🔒`, `${"x".repeat(253)}…`],
    ["half a character is none", "a\ud83d", "a\ufffd"],
  ] as const
) {
  check(`techInfo: ${name}`, () => assertEquals(techInfoOf(text), expected));
}
