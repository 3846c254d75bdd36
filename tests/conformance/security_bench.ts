/**
 * What a case of the security extension is given: the real program in one of the security profiles, at a lab's doors.
 *
 * Law: it begins as a charge point leaves the workshop: with a password, or in profile 3 with a certificate of the operator's.
 */
import { createNodeX509 } from "../../hal/drivers/node_x509.ts";
import { credentialsFile } from "../../storage/drivers/credentials_file.ts";
import { openKeyRing } from "../../storage/drivers/key_ring_files.ts";
import type { KeyMade } from "../../storage/key_ring.ts";
import { startSimulator } from "../integration/simulator_process.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";
import { allStatuses, boot } from "./expected.ts";
import { graceMs, type StationUnderTest } from "./lab.ts";
import type { SecurityLab } from "./security_lab.ts";
import { type StationName, stationUnderTest, testProfile } from "./stations.ts";
import type { Tool } from "./tool.ts";

export const serialNumber = "SN-0001";
export const cpoName = "Owner";

export interface SecurityBench {
  readonly tool: Tool;
  readonly lab: SecurityLab;
  readonly station: StationUnderTest;
  /** With which it has connected. */
  readonly profile: 1 | 2 | 3;
}

export interface SecurityCase {
  /** What it leaves to no other case. */
  readonly leaves?: "its profile";
  /** It finds the charge point registered, online and all its connectors Available, and leaves it so. */
  readonly hold: (bench: SecurityBench) => Promise<void>;
}

/** `run` finds it registered, online and all Available; nothing comes after it that should not. */
export async function onBench(
  lab: SecurityLab,
  { profile, on }: { readonly profile: SecurityBench["profile"]; readonly on: StationName },
  run: (bench: SecurityBench) => Promise<void>,
): Promise<void> {
  await using directory = await temporaryDirectory();
  const inDirectory = (name: string) => `${directory.path}/${name}`;
  const config = {
    ...{ chargePointId: `CP ${on}`, serialNumber, station: testProfile(on) },
    ...{ csms: lab.url, csmsSecure: lab.secureUrl, securityProfile: profile },
    rootCertificates: [lab.operator.certificate],
    stateDirectory: inDirectory("state"),
  };
  await Deno.writeTextFile(inDirectory("config.json"), JSON.stringify(config));
  await Deno.writeTextFile(inDirectory("key"), lab.password, { mode: 0o600 });
  if (profile === 3) await certify(config, lab);
  const key = profile === 3 ? [] : ["--auth-key-file", inDirectory("key")];
  await using _simulator = await startSimulator(
    directory.path,
    ...["--config", inDirectory("config.json"), ...key],
  );
  const station = stationUnderTest(on);
  const { tool } = lab;
  await tool.expect(boot(), allStatuses(station, "Available"));
  await run({ tool, lab, station, profile });
  await tool.silence(graceMs);
}

/** Its state, as if it had been given its certificate by OCPP. */
async function certify(
  config: { readonly chargePointId: string; readonly stateDirectory: string },
  lab: SecurityLab,
): Promise<void> {
  const { chargePointId, stateDirectory } = config;
  await Deno.mkdir(stateDirectory, { mode: 0o700 });
  const { ring } = await openKeyRing(stateDirectory);
  const made = await new Promise<KeyMade>((resolve) => ring.generate("first", "RSA-2048", resolve));
  if (made.kind === "failed") throw new Error(made.error);
  const request = createNodeX509().signingRequest({
    organization: cpoName,
    commonName: serialNumber,
    publicKey: made.publicKey,
    sign: (bytes) => ring.sign("first", bytes),
  });
  const certificate = { chain: await lab.operator.sign(request, { toDays: 30 }), keyId: "first" };
  await credentialsFile(stateDirectory).write({
    ...{ chargePointId, csmsUrl: lab.url, csmsSecureUrl: lab.secureUrl },
    proofs: [{ number: 1, securityProfile: 3, certificate }],
    roots: [{ certificateType: "CentralSystemRootCertificate", pem: lab.operator.certificate }],
  });
}
