/** The cases of the OCTT for the security extension, each by its id (`conformance/octt.md` §7), on each TLS driver. */
import { startSimulator } from "../integration/simulator_process.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";
import { debugSocketHands } from "./debug_socket_hands.ts";
import { allStatuses, boot } from "./expected.ts";
import { graceMs } from "./lab.ts";
import type { SecurityBench, SecurityCase } from "./security_cases.ts";
import { securityCases } from "./security_cases.ts";
import { startSecurityLab } from "./security_lab.ts";
import { stationUnderTest, testProfile } from "./stations.ts";

/** The reference has OpenSSL, with the suites of its certificate; the other Deno's own TLS. */
const stations = ["reference-dc", "ac-two-sockets"] as const;
/** 16 characters, which is the least that the tool takes for a password. */
const PASSWORD = "first-password-1";
/** Two cores bear so many. */
const PROCESSES = 4;

interface Run {
  readonly id: string;
  readonly held: SecurityCase;
  readonly profile: SecurityBench["profile"];
  readonly on: typeof stations[number];
}

Deno.test("the cases of the OCTT for the security extension, on the profiles and drivers that they are about", async (t) => {
  const runs: Run[] = Object.entries(securityCases).flatMap(([id, held]: [string, SecurityCase]) =>
    held.profiles.flatMap((profile) => {
      const tls = profile === 2 || id === "TC_083_CS";
      // Without TLS there is nothing in which the stations differ.
      return stations.slice(0, tls ? 2 : 1).map((on) => ({ id, held, profile, on }));
    })
  );

  async function runNext(): Promise<void> {
    for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
      const { id, held, profile, on } = run;
      await t.step({
        name: `${id} ${held.title} (profile ${profile}, ${on})`,
        fn: () => runCase({ id, held, profile, on }),
        sanitizeExit: false,
        sanitizeOps: false,
        sanitizeResources: false,
      });
    }
  }

  await Promise.all(Array.from({ length: PROCESSES }, runNext));
});

async function runCase({ id, held, profile, on }: Run): Promise<void> {
  await using directory = await temporaryDirectory();
  await using lab = await startSecurityLab(profile, PASSWORD);
  const inDirectory = (name: string) => `${directory.path}/${name}`;
  const config = {
    chargePointId: `${id} ${on}`,
    csms: lab.url,
    csmsSecure: lab.secureUrl,
    securityProfile: profile,
    rootCertificates: [lab.root],
    station: testProfile(on),
  };
  await Deno.writeTextFile(inDirectory("config.json"), JSON.stringify(config));
  await Deno.writeTextFile(inDirectory("key"), PASSWORD, { mode: 0o600 });
  await using simulator = await startSimulator(
    directory.path,
    ...["--config", inDirectory("config.json"), "--auth-key-file", inDirectory("key")],
  );
  const station = stationUnderTest(on);
  const { tool } = lab;
  await tool.expect(boot(), allStatuses(station, "Available"));
  await held.hold({ tool, hands: debugSocketHands(simulator, station), station, profile, lab });
  await tool.silence(graceMs);
}
