/**
 * The OCTT's cases of connections in the security extension (`conformance/octt.md` §7).
 *
 * Law: what the tool sees of a connection is its door, its ClientHello, its header, its certificate, and nothing of ours.
 */
import { assert, assertEquals } from "@std/assert";
import { renewed } from "./certificate_cases.ts";
import type { ClientHello } from "./client_hello.ts";
import { allStatuses, boot } from "./expected.ts";
import { accepted, assertVerdict } from "./requests.ts";
import { type SecurityBench, type SecurityCase, serialNumber } from "./security_bench.ts";
import type { Knock, SecurityLab } from "./security_lab.ts";

/** The tool's own, which has 19 characters. */
const TOOL_KEY = "4F43415F4F4354545F61646D696E5F74657374";
const TLS_1_2 = 0x0303;
/** Of each pair both are offered (IANA): those of RSA key exchange, or ECDHE with ECDSA. */
const SUITES = [[0x009c, 0x009d], [0xc02b, 0xc02c]] as const;

export const connectionCases = {
  TC_073_CS: {
    async hold({ tool, lab, profile }) {
      const before = lab.password;
      for (const [value, password] of [[TOOL_KEY, "OCA_OCTT_admin_test"], [before, before]] as const) {
        const knocks = lab.knocks.length;
        lab.open(profile, password);
        await accepted(tool, "ChangeConfiguration", { key: "AuthorizationKey", value });
        assertBasic(await lab.knockAfter(knocks), password);
        await lab.connected();
      }
    },
  },

  TC_083_CS: {
    leaves: "its profile",
    async hold(bench) {
      const { tool, lab, profile, station } = bench;
      if (profile === 2) await renewed(bench);
      const higher = profile === 1 ? 2 : 3;
      lab.open(higher);
      await accepted(tool, "ChangeConfiguration", { key: "SecurityProfile", value: String(higher) });
      await tool.expect(boot(), allStatuses(station, "Available"));
      // Draft 2025-06: served on the lower one again the charge point must not come back on it.
      lab.open(profile);
      const refused = lab.knocks.length;
      lab.cut();
      await lab.knockAfter(refused + 1);
      for (const knock of lab.knocks.slice(refused)) assertKnock(knock, lab, higher);
      lab.open(higher);
      await lab.connected();
      await tool.silence();
    },
  },

  TC_084_CS: {
    async hold({ tool, profile }) {
      const value = String(profile - 1);
      await assertVerdict(tool, "ChangeConfiguration", { key: "SecurityProfile", value }, "Rejected");
    },
  },

  TC_085_CS: {
    async hold(bench) {
      assertKnock(await comesAgain(bench), bench.lab, bench.profile);
    },
  },

  TC_086_CS: { hold: comesByTls },

  TC_087_CS: {
    async hold(bench) {
      await comesByTls(bench);
      const { events } = bench.lab.tls[3];
      const [secured] = events.flatMap((event) => event.kind === "Secured" ? [event] : []).slice(-1);
      assert(secured !== undefined);
      assertEquals(secured.clientName, serialNumber);
      assert(BigInt(`0x${secured.clientSerialNumber}`) > 0n);
      const { kind, bits } = secured.clientKey ?? {};
      assert(bits !== undefined && bits >= (kind === "RSA" ? 2_048 : 224), `${kind} of ${bits} bits`);
    },
  },
} satisfies Readonly<Record<string, SecurityCase>>;

async function comesByTls(bench: SecurityBench): Promise<void> {
  const { lab, profile } = bench;
  const before = lab.hellos.length;
  assertKnock(await comesAgain(bench), lab, profile);
  for (const hello of lab.hellos.slice(before)) assertOffers(hello);
  assertEquals(lab.hellos.length, before + 1);
}

/** What the charge point knocks with after a reset. */
async function comesAgain({ tool, lab, station }: SecurityBench): Promise<Knock> {
  const knocks = lab.knocks.length;
  await accepted(tool, "Reset", { type: "Hard" });
  const knock = await lab.knockAfter(knocks);
  await tool.expect(boot(), allStatuses(station, "Available"));
  return knock;
}

function assertOffers({ versions, cipherSuites }: ClientHello): void {
  assert(versions.every((version) => version >= TLS_1_2), `versions ${versions}`);
  const offered = SUITES.some((suites) => suites.every((suite) => cipherSuites.includes(suite)));
  assert(offered, `cipher suites ${cipherSuites.map((suite) => suite.toString(16))}`);
}

function assertKnock(knock: Knock, lab: SecurityLab, profile: SecurityBench["profile"]): void {
  assertEquals(knock.door, profile === 1 ? "plain" : "tls");
  if (profile === 3) assertEquals(knock.authorization, undefined);
  else assertBasic(knock, lab.password);
}

/** As RFC 7617 has it, the user name being what ends the path. */
function assertBasic({ authorization, chargePointId }: Knock, password: string): void {
  const [scheme, base64 = ""] = authorization?.split(" ") ?? [];
  assertEquals([scheme, atob(base64)], ["Basic", `${chargePointId}:${password}`]);
}
