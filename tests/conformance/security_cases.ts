/**
 * The OCTT's cases of the security extension (`conformance/octt.md` §7), each with the security profiles that it is run on.
 *
 * Law: what the tool sees of a connection is its door, its header and nothing of ours.
 */
import { assertEquals } from "@std/assert";
import { allStatuses, boot } from "./expected.ts";
import type { Bench } from "./lab.ts";
import { accepted, assertVerdict } from "./requests.ts";
import type { Knock, SecurityLab } from "./security_lab.ts";

export interface SecurityBench extends Bench {
  /** With which it has connected. */
  readonly profile: 1 | 2;
  readonly lab: SecurityLab;
}

export interface SecurityCase {
  readonly title: string;
  readonly profiles: readonly SecurityBench["profile"][];
  /** It finds the charge point registered, online and all its connectors Available. */
  readonly hold: (bench: SecurityBench) => Promise<void>;
}

/** The tool's own, which has 19 characters. */
const TOOL_KEY = "4F43415F4F4354545F61646D696E5F74657374";

export const securityCases = {
  TC_073_CS: {
    title: "Update password for HTTP Basic Authentication",
    profiles: [1, 2],
    async hold({ tool, lab, profile }) {
      const before = lab.password;
      for (const [value, password] of [[TOOL_KEY, "OCA_OCTT_admin_test"], [before, before]] as const) {
        const knocks = lab.knocks.length;
        await accepted(tool, "ChangeConfiguration", { key: "AuthorizationKey", value });
        lab.open(profile, password);
        assertEquals(authorization(await lab.knockAfter(knocks)), `CP:${password}`);
        await lab.connected();
      }
    },
  },

  TC_083_CS: {
    title: "Upgrade security profile",
    profiles: [1],
    async hold(bench) {
      const { tool, lab, station } = bench;
      const knocks = lab.knocks.length;
      await accepted(tool, "ChangeConfiguration", { key: "SecurityProfile", value: "2" });
      lab.open(2);
      await tool.expect(boot(), allStatuses(station, "Available"));
      assertEquals(lab.knocks.slice(knocks).at(-1)?.door, "tls");
      // Draft 2025-06: served on 1 again the charge point must not come back on it; served on 2 it comes.
      lab.open(1);
      const refused = lab.knocks.length;
      lab.cut();
      await lab.knockAfter(refused + 1);
      assertEquals(new Set(lab.knocks.slice(refused).map(({ door }) => door)), new Set(["tls"]));
      lab.open(2);
      await lab.connected();
    },
  },

  TC_084_CS: {
    title: "Downgrade security profile - Rejected",
    profiles: [2],
    async hold({ tool, profile }) {
      const value = String(profile - 1);
      await assertVerdict(tool, "ChangeConfiguration", { key: "SecurityProfile", value }, "Rejected");
    },
  },

  TC_085_CS: {
    title: "Basic Authentication - valid combination",
    profiles: [1, 2],
    async hold({ tool, lab, station, profile }) {
      const knocks = lab.knocks.length;
      await accepted(tool, "Reset", { type: "Hard" });
      const knock = await lab.knockAfter(knocks);
      assertEquals(authorization(knock), `CP:${lab.password}`);
      assertEquals(knock.door, profile === 1 ? "plain" : "tls");
      await tool.expect(boot(), allStatuses(station, "Available"));
    },
  },
} satisfies Readonly<Record<string, SecurityCase>>;

/** As RFC 7617 has it, the user name being what ends the path. */
function authorization({ authorization: header, chargePointId }: Knock): string {
  const [scheme, base64 = ""] = header?.split(" ") ?? [];
  assertEquals(scheme, "Basic");
  const text = atob(base64);
  assertEquals(text.slice(0, text.indexOf(":")), chargePointId);
  return `CP${text.slice(text.indexOf(":"))}`;
}
