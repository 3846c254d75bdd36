/** The cases of the OCTT for the security extension, each by its id (`conformance/octt.md` §7), on each TLS driver. */
import { assert, assertEquals } from "@std/assert";
import { type Needed, needing } from "../tls/installed_openssl.ts";
import { startTlsServer, type TlsServer, type TlsServerEvent } from "../tls/tls_server.ts";
import { casesOfSecurity } from "./cases.ts";
import { renewed } from "./certificate_cases.ts";
import { allStatuses, boot } from "./expected.ts";
import { type SecurityRun, securityRuns } from "./matrix.ts";
import { accepted } from "./requests.ts";
import { onBench, type SecurityBench, serialNumber } from "./security_bench.ts";
import { type SecurityCaseId, securityCaseIds, securityCases } from "./security_cases.ts";
import { startSecurityLab } from "./security_lab.ts";
import { testProfile } from "./stations.ts";

/** 16 characters, which is the least that the tool takes for a password. */
const password = "first-password-1";

/** One charge point, and what it goes through, one case after the other. */
interface Life extends SecurityRun {
  readonly ids: readonly SecurityCaseId[];
  readonly needs: Needed;
}

Deno.test("the cases of the OCTT for the security extension, on the profiles and drivers that they are about", async (t) => {
  await using tlsServer = startTlsServer();
  const startedMs = performance.now();
  const held: SecurityCaseId[] = [];
  const step = (needs: Needed, name: string, fn: () => Promise<void>) =>
    t.step({
      ...needing(needs, name),
      fn,
      sanitizeExit: false,
      sanitizeOps: false,
      sanitizeResources: false,
    });

  async function live(life: Life): Promise<void> {
    const { profile, on, needs, ids } = life;
    const run = async (bench: SecurityBench | null) => {
      for (const id of ids) {
        const hold = async () => {
          assert(bench !== null);
          await casesOfSecurity[id].hold(bench);
        };
        if (await step(needs, `${id} ${securityCases[id]} (profile ${profile}, ${on})`, hold)) held.push(id);
      }
    };
    if (needing(needs, "").ignore) return await run(null);
    await using lab = await startSecurityLab({ profile, password, tlsServer });
    await onBench(lab, life, run);
  }

  // Most of a case is waiting, so that two cores bear them all side by side.
  const all = lives();
  await Promise.all([
    ...all.map(live),
    step(
      "library",
      "SEC-4: nothing but TLS_RSA_WITH_AES_256_GCM_SHA384, from profile 2 to 3, client certificate and all (reference-dc)",
      () => climbsByOneSuite(tlsServer),
    ),
  ]);
  const runs = all.flatMap(({ ids }) => ids);
  const whole = securityCaseIds.filter((id) =>
    runs.filter((one) => one === id).length === held.filter((one) => one === id).length
  );
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
  console.log(
    `${whole.length} of ${securityCaseIds.length} security cases in ${runs.length} runs and ${seconds} s`,
  );
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
  const shared = new Map<string, Life>();
  const own: Life[] = [];
  for (const id of securityCaseIds) {
    for (const run of securityRuns(id)) {
      const leaves = casesOfSecurity[id].leaves !== undefined;
      const hasTls = leaves || run.profile !== 1;
      const byOpenssl = hasTls && testProfile(run.on).security.tlsDriver === "openssl";
      const needs = byOpenssl ? "library" : "nothing";
      const key = `${run.profile} ${run.on}`;
      if (leaves) own.push({ ...run, ids: [id], needs });
      else shared.set(key, { ...run, ids: [...shared.get(key)?.ids ?? [], id], needs });
    }
  }
  return [...own, ...shared.values()];
}
