/** The cases of the OCTT for the security extension, each by its id (`conformance/octt.md` §7), on each TLS driver. */
import { assertEquals } from "@std/assert";
import { startTlsServer, type TlsServer, type TlsServerEvent } from "../tls/tls_server.ts";
import { certificateCases, renewed } from "./certificate_cases.ts";
import { allStatuses, boot } from "./expected.ts";
import { logCases } from "./log_cases.ts";
import { accepted } from "./requests.ts";
import { onBench, type SecurityBench, type SecurityCase, serialNumber } from "./security_bench.ts";
import { securityCases } from "./security_cases.ts";
import { startSecurityLab } from "./security_lab.ts";

/** The reference has OpenSSL, with the suites of its certificate; the other Deno's own TLS. */
const stations = ["reference-dc", "ac-two-sockets"] as const;
/** 16 characters, which is the least that the tool takes for a password. */
const password = "first-password-1";
const cases = Object.entries<SecurityCase>({ ...securityCases, ...certificateCases, ...logCases });

/** One charge point, and what it goes through, one case after the other. */
interface Life {
  readonly profile: SecurityBench["profile"];
  readonly on: typeof stations[number];
  readonly cases: typeof cases;
}

Deno.test("the cases of the OCTT for the security extension, on the profiles and drivers that they are about", async (t) => {
  await using tlsServer = startTlsServer();
  const step = (name: string, fn: () => Promise<void>) =>
    t.step({ name, fn, sanitizeExit: false, sanitizeOps: false, sanitizeResources: false });

  async function live(life: Life): Promise<void> {
    const { profile, on } = life;
    await using lab = await startSecurityLab({ profile, password, tlsServer });
    await onBench(lab, life, async (bench) => {
      for (const [id, { title, hold }] of life.cases) {
        await step(`${id} ${title} (profile ${profile}, ${on})`, () => hold(bench));
      }
    });
  }

  // Most of a case is waiting, so that two cores bear them all side by side.
  await Promise.all([
    ...lives().map(live),
    step(
      "SEC-4: nothing but TLS_RSA_WITH_AES_256_GCM_SHA384, from profile 2 to 3, client certificate and all (reference-dc)",
      () => climbsByOneSuite(tlsServer),
    ),
  ]);
});

async function climbsByOneSuite(tlsServer: TlsServer): Promise<void> {
  const ciphers = "AES256-GCM-SHA384";
  await using lab = await startSecurityLab({ profile: 2, password, tlsServer, ciphers });
  await onBench(lab, { profile: 2, on: "reference-dc" }, async (bench) => {
    const { tool, station } = bench;
    await renewed(bench);
    lab.open(3);
    await accepted(tool, "ChangeConfiguration", { key: "SecurityProfile", value: "3" });
    await tool.expect(boot(), allStatuses(station, "Available"));
  });
  const suite = "TLSv1.2 TLS_RSA_WITH_AES_256_GCM_SHA384";
  assertEquals(lab.tls[2].events.map(told), [`${suite}, no client certificate`]);
  assertEquals(lab.tls[3].events.map(told), [`${suite}, ${serialNumber} with RSA 2048`]);
  // TLS_EMPTY_RENEGOTIATION_INFO_SCSV is no suite (RFC 5746 §3.3).
  const offered = lab.hellos.map(({ cipherSuites }) => cipherSuites.filter((suite) => suite !== 0x00ff));
  assertEquals(offered, lab.hellos.map(() => [0x009c, 0x009d]));
}

function told(event: TlsServerEvent): string {
  if (event.kind === "Refused") return event.error;
  const { version, cipherSuite, clientName, clientKey } = event;
  const client = clientKey === null
    ? "no client certificate"
    : `${clientName} with ${clientKey.kind} ${clientKey.bits}`;
  return `${version} ${cipherSuite}, ${client}`;
}

/** A case that leaves its profile has a life of its own; the others of a profile share one. */
function lives(): readonly Life[] {
  return ([1, 2, 3] as const).flatMap((profile) => {
    const of = cases.filter(([, { profiles }]) => profiles.includes(profile));
    const leaving = of.filter(([, { leaves }]) => leaves !== undefined);
    const staying = of.filter(([, { leaves }]) => leaves === undefined);
    return [...leaving.map((one) => [one]), staying].flatMap((cases) => {
      // Without TLS there is nothing in which the stations differ.
      const isPlain = profile === 1 && cases === staying;
      return stations.slice(0, isPlain ? 1 : 2).map((on) => ({ profile, on, cases }));
    });
  });
}
