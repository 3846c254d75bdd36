/** The certificate cases of the OCTT (`conformance/octt.md` §7), in security profile 3. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createNodeX509 } from "../../hal/drivers/node_x509.ts";
import { makeAuthority } from "../tls/authority.ts";
import type { CertificateBench } from "./certificate_lab.ts";
import { cpoName, serialNumber } from "./certificate_lab.ts";
import { accepted, assertVerdict } from "./requests.ts";
import type { Tool } from "./tool.ts";

const x509 = createNodeX509();
const central = "CentralSystemRootCertificate";

export const certificateCases: Readonly<Record<string, (bench: CertificateBench) => Promise<void>>> = {
  async TC_074_CS({ tool, operator, good }) {
    const csr = await requested(tool);
    const before = good.events.length;
    await accepted(tool, "CertificateSigned", { certificateChain: await operator.sign(csr, { toDays: 60 }) });
    const secured = await good.next("Secured", before + 1);
    assertEquals(secured.clientName, serialNumber);
    await heardAgain(tool);
    const [fact] = parsed(await operator.sign(csr));
    assertEquals([fact?.subject.organizations, fact?.subject.commonNames], [[cpoName], [serialNumber]]);
  },

  TC_075_1_CS: ({ tool }) => installs(tool, "ManufacturerRootCertificate"),
  TC_075_2_CS: ({ tool }) => installs(tool, central),

  async TC_076_CS({ tool, operator }) {
    const { certificate } = await makeAuthority({ subject: "/O=The Operator/CN=Another" });
    const before = await listed(tool, central);
    await accepted(tool, "InstallCertificate", { certificateType: central, certificate });
    const asked = hashOf(certificate);
    assertEquals(await listed(tool, central), [...before, asked]);
    await accepted(tool, "DeleteCertificate", { certificateHashData: asked });
    assertEquals(await listed(tool, central), before);
    // M04.FR.06: it is in use.
    await assertVerdict(
      tool,
      "DeleteCertificate",
      { certificateHashData: hashOf(operator.certificate) },
      "Failed",
    );
  },

  async TC_077_CS({ tool }) {
    const csr = await requested(tool);
    const stranger = await makeAuthority({ subject: "/O=The Operator/CN=Root" });
    const before = events(tool).length;
    await assertVerdict(
      tool,
      "CertificateSigned",
      { certificateChain: await stranger.sign(csr) },
      "Rejected",
    );
    await toldOf(tool, "InvalidChargePointCertificate", before);
  },

  /** The document of 2024: what is installed is no good. */
  async TC_078_CS({ tool }) {
    const before = events(tool).length;
    const old = await makeAuthority({ subject: "/O=The Operator/CN=Old", fromDays: -20, toDays: -1 });
    const asked = { certificateType: central, certificate: old.certificate };
    await assertVerdict(tool, "InstallCertificate", asked, "Rejected");
    await toldOf(tool, "InvalidCentralSystemCertificate", before);
  },

  /** The document of 2025: the central system presents what is no good, and is refused until it does not. */
  async TC_078_CS_2025({ tool, relay, good, bad }) {
    const before = events(tool).length;
    const secured = good.events.length;
    relay.lead(bad.port);
    // It is refused in the handshake: whoever is served there has not been refused.
    await bad.next("Refused");
    assertEquals(bad.events.filter(({ kind }) => kind === "Secured"), []);
    relay.lead(good.port);
    await good.next("Secured", secured + 1);
    await heardAgain(tool);
    await toldOf(tool, "InvalidCentralSystemCertificate", before);
  },
};

async function requested(tool: Tool): Promise<string> {
  await accepted(tool, "ChangeConfiguration", { key: "CpoName", value: cpoName });
  tool.answerNext("SignCertificate", { status: "Accepted" });
  await accepted(tool, "ExtendedTriggerMessage", { requestedMessage: "SignChargePointCertificate" });
  const [heard] = await tool.expect({ anyOf: [{ action: "SignCertificate", fields: {} }] });
  const csr = String(heard?.payload["csr"]);
  assertStringIncludes(csr, "-----BEGIN CERTIFICATE REQUEST-----");
  return csr;
}

async function installs(tool: Tool, certificateType: string): Promise<void> {
  const { certificate } = await makeAuthority({ subject: "/O=Maker/CN=New Root" });
  const before = await listed(tool, certificateType);
  await accepted(tool, "InstallCertificate", { certificateType, certificate });
  assertEquals(await listed(tool, certificateType), [...before, hashOf(certificate)]);
}

async function listed(tool: Tool, certificateType: string): Promise<readonly unknown[]> {
  const answered = await tool.call("GetInstalledCertificateIds", { certificateType });
  assert(answered.kind === "result");
  const found = answered.payload["certificateHashData"] as readonly unknown[] | undefined;
  assertEquals(answered.payload["status"], found === undefined ? "NotFound" : "Accepted");
  return found ?? [];
}

function hashOf(pem: string) {
  const [root] = parsed(pem);
  assert(root !== undefined);
  return x509.hashData(root, root, "SHA256");
}

function parsed(pem: string) {
  const found = x509.parse(pem);
  return found.kind === "parsed" ? found.certificates : [];
}

/** A CALL on the connection that has just been opened. */
async function heardAgain(tool: Tool): Promise<void> {
  const before = tool.heard.filter(({ action }) => action === "Heartbeat").length;
  await tool.gather("Heartbeat", before + 1);
  await tool.silence();
}

function events(tool: Tool): readonly unknown[] {
  return tool.heard.filter(({ action }) => action === "SecurityEventNotification");
}

/** It waits for everything else, and may follow what was raised before. */
async function toldOf(tool: Tool, type: string, before: number): Promise<void> {
  for (let count = before + 1;; count += 1) {
    const heard = await tool.gather("SecurityEventNotification", count);
    if (heard.slice(before).some(({ payload }) => payload["type"] === type)) return;
  }
}
