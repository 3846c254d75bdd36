/**
 * The lab of the certificate cases: the real program in security profile 3, behind real TLS, with an operator's authority at hand.
 *
 * Law: one charge point for all cases of a driver, since none of them leaves anything behind that another minds; its state holds a
 * certificate from the beginning.
 */
import { credentialsFile } from "../../storage/drivers/credentials_file.ts";
import { openKeyRing } from "../../storage/drivers/key_ring_files.ts";
import { createNodeX509 } from "../../hal/drivers/node_x509.ts";
import type { KeyMade } from "../../storage/key_ring.ts";
import { startSimulator } from "../integration/simulator_process.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";
import type { Authority } from "../tls/authority.ts";
import { makeAuthority } from "../tls/authority.ts";
import type { TlsListener } from "../tls/tls_server.ts";
import { startTlsServer } from "../tls/tls_server.ts";
import { startConformanceServer } from "./conformance_server.ts";
import { allStatuses, boot } from "./expected.ts";
import type { Relay } from "./relay.ts";
import { startRelay } from "./relay.ts";
import { accepted } from "./requests.ts";
import { stationUnderTest, testProfile } from "./stations.ts";
import type { Tool } from "./tool.ts";

export const serialNumber = "SN-0001";
export const cpoName = "The Operator";

export interface CertificateBench {
  readonly tool: Tool;
  readonly operator: Authority;
  readonly relay: Relay;
  /** What its central system sees of TLS. */
  readonly good: TlsListener;
  /** The same with a certificate of nobody. */
  readonly bad: TlsListener;
}

/** One station for each driver of TLS: OpenSSL with nothing but key exchange by RSA, and Deno's own. */
export const drivers = { openssl: "reference-dc", deno: "ac-two-sockets" } as const;

export async function onBench(
  driver: keyof typeof drivers,
  run: (bench: CertificateBench) => Promise<void>,
): Promise<void> {
  const name = drivers[driver];
  const chargePointId = `CP-${driver}`;
  const operator = await makeAuthority({ subject: `/O=${cpoName}/CN=Root` });
  const stranger = await makeAuthority({ subject: `/O=${cpoName}/CN=Root` });
  await using directory = await temporaryDirectory();
  await using server = await startConformanceServer();
  await using tls = startTlsServer();
  const secured = await Promise.all([operator, stranger].map(async (authority) => {
    const subject = {
      subject: "/O=The Operator/CN=localhost",
      key: "rsa",
      alternativeNames: "DNS:localhost",
    } as const;
    const { chain, privateKey } = await authority.issue(subject);
    const forwardTo = Number(new URL(server.url).port);
    return await tls.listen({ forwardTo, chain, privateKey, clientRoots: [operator.certificate] });
  }));
  const [good, bad] = secured;
  if (good === undefined || bad === undefined) throw new Error("listen on two ports");
  await using relay = startRelay(good.port);
  const state = `${directory.path}/state`;
  const csms = `wss://localhost:${relay.port}/ocpp`;
  await prepare(state, chargePointId, csms, operator);
  const profile = `${directory.path}/station.json`;
  const station = testProfile(name);
  await Deno.writeTextFile(profile, JSON.stringify(station));
  const config = `${directory.path}/config.json`;
  await Deno.writeTextFile(config, JSON.stringify({ serialNumber }));
  const tool = server.conversation(chargePointId);
  await using _simulator = await startSimulator(
    directory.path,
    ...["--config", config, "--state", state, "--csms", csms, "--id", chargePointId, "--station", profile],
  );
  await tool.expect(boot(), allStatuses(stationUnderTest(name), "Available"));
  // By its next heartbeat a connection is known to work.
  await accepted(tool, "ChangeConfiguration", { key: "HeartbeatInterval", value: "1" });
  await run({ tool, operator, relay, good, bad });
}

/** As it leaves the workshop: in profile 3, with a certificate of the operator's. */
async function prepare(
  state: string,
  chargePointId: string,
  csmsUrl: string,
  operator: Authority,
): Promise<void> {
  await Deno.mkdir(state, { mode: 0o700 });
  const { ring } = await openKeyRing(state);
  const made = await new Promise<KeyMade>((resolve) => ring.generate("first", "RSA-2048", resolve));
  if (made.kind === "failed") throw new Error(made.error);
  const request = createNodeX509().signingRequest({
    organization: cpoName,
    commonName: serialNumber,
    publicKey: made.publicKey,
    sign: (bytes) => ring.sign("first", bytes),
  });
  const certificate = { chain: await operator.sign(request, { toDays: 90 }), keyId: "first" };
  await credentialsFile(state).write({
    chargePointId,
    csmsUrl,
    proofs: [{ number: 1, securityProfile: 3, certificate }],
    roots: [{ certificateType: "CentralSystemRootCertificate", pem: operator.certificate }],
  });
}
