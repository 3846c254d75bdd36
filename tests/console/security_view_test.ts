/** The security of a charger as a person reads it. */
import { assertEquals } from "@std/assert";
import type { SecurityAnswer } from "../../console/security_answer.ts";
import { renderSecurity } from "../../console/security_view.ts";
import { PLAIN } from "../../console/terminal.ts";

const quiet: SecurityAnswer = {
  at: "2026-01-01T00:00:00.000Z",
  securityProfile: 3,
  unproven: [],
  certificates: [],
  log: { entries: 12, brokenAt: null, undelivered: 0 },
  pendingEvents: [],
};

function certificate(
  more: Partial<SecurityAnswer["certificates"][number]>,
): SecurityAnswer["certificates"][number] {
  return {
    use: "ChargePointCertificate",
    state: "installed",
    subject: "CN=SN1, O=CPO",
    issuer: "CN=root",
    serialNumber: "FFF",
    notBefore: "2025-01-01T00:00:00.000Z",
    notAfter: "2026-03-01T00:00:00.000Z",
    ...more,
  };
}

function check(sentence: string, answer: Partial<SecurityAnswer>, expected: readonly string[]): void {
  Deno.test({ name: `inspect security: ${sentence}`, permissions: "none" }, () => {
    assertEquals(renderSecurity({ ...quiet, ...answer }, PLAIN).split("\n"), expected);
  });
}

check("nothing to tell", {}, [
  "profile  3",
  "log      12 entries, chain intact",
  "",
  "no certificate is installed",
  "",
  "no security event waits to be sent",
]);
check("a change that is to be proven, a broken chain, certificates in time and out of it, events that wait", {
  unproven: [3],
  securityProfile: 1,
  log: { entries: 3, brokenAt: 2, undelivered: 4 },
  certificates: [
    certificate({}),
    certificate({ state: "upcoming", notBefore: "2026-02-01T00:00:00.000Z" }),
    certificate({
      use: "CentralSystemRootCertificate",
      subject: "CN=a\x1bb",
      notAfter: "2025-12-31T00:00:00.000Z",
    }),
  ],
  pendingEvents: [{
    number: 7,
    timestamp: "2025-12-31T23:00:00.000Z",
    type: "StartupOfTheDevice",
    techInfo: "boot 7",
  }],
}, [
  "profile  1, to be proven: 3",
  "log      3 entries, chain broken at entry 2, 4 will never be sent",
  "",
  "certificate                   state      subject        issuer   serial number  valid until",
  "ChargePointCertificate        installed  CN=SN1, O=CPO  CN=root  FFF            2026-03-01T00:00:00.000Z, 59 d 0 h left",
  "ChargePointCertificate        upcoming   CN=SN1, O=CPO  CN=root  FFF            2026-03-01T00:00:00.000Z, not before 2026-02-01T00:00:00.000Z",
  "CentralSystemRootCertificate  installed  CN=a·b         CN=root  FFF            2025-12-31T00:00:00.000Z, expired",
  "",
  "waits to be sent  time                      event               said of it",
  "7                 2025-12-31T23:00:00.000Z  StartupOfTheDevice  boot 7",
]);
