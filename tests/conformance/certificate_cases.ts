/** The OCTT's cases of certificates (`conformance/octt.md` §7), each with the security profiles that it is run on. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createNodeX509 } from "../../hal/drivers/node_x509.ts";
import { makeAuthority } from "../tls/authority.ts";
import { accepted, assertVerdict } from "./requests.ts";
import { cpoName, type SecurityBench, type SecurityCase, serialNumber } from "./security_bench.ts";
import type { Tool } from "./tool.ts";

const x509 = createNodeX509();
const central = "CentralSystemRootCertificate";

export const certificateCases = {
  TC_074_CS: {
    async hold(bench) {
      const { tool, lab } = bench;
      const before = lab.tls[3].events.length;
      const knocks = lab.knocks.length;
      const csr = await renewed(bench);
      const secured = await lab.tls[3].next("Secured", before + 1);
      assertEquals(secured.clientName, serialNumber);
      await lab.knockAfter(knocks);
      await tool.silence();
      const [fact] = parsed(await lab.operator.sign(csr));
      assertEquals([fact?.subject.organizations, fact?.subject.commonNames], [[cpoName], [serialNumber]]);
    },
  },

  TC_075_1_CS: {
    hold: ({ tool }) => installs(tool, "ManufacturerRootCertificate"),
  },

  TC_075_2_CS: {
    hold: ({ tool }) => installs(tool, central),
  },

  TC_076_CS: {
    async hold({ tool, lab }) {
      const { certificate } = await makeAuthority({ subject: "/O=Owner/CN=Another" });
      const before = await listed(tool, central);
      await accepted(tool, "InstallCertificate", { certificateType: central, certificate });
      const asked = hashOf(certificate);
      assertEquals(await listed(tool, central), [...before, asked]);
      await accepted(tool, "DeleteCertificate", { certificateHashData: asked });
      assertEquals(await listed(tool, central), before);
      // M04.FR.06: it is in use.
      const inUse = hashOf(lab.operator.certificate);
      await assertVerdict(tool, "DeleteCertificate", { certificateHashData: inUse }, "Failed");
    },
  },

  TC_077_CS: {
    async hold({ tool }) {
      const csr = await requested(tool);
      const stranger = await makeAuthority({ subject: "/O=Owner/CN=Root" });
      const before = events(tool).length;
      const certificateChain = await stranger.sign(csr);
      await assertVerdict(tool, "CertificateSigned", { certificateChain }, "Rejected");
      await toldOf(tool, "InvalidChargePointCertificate", before);
    },
  },

  TC_078_CS: {
    async hold(bench) {
      await refusesWhatIsInstalled(bench);
      await refusesWhatIsPresented(bench);
    },
  },
} satisfies Readonly<Record<string, SecurityCase>>;

/** The document of 2024. */
async function refusesWhatIsInstalled({ tool }: SecurityBench): Promise<void> {
  const before = events(tool).length;
  const old = await makeAuthority({ subject: "/O=Owner/CN=Old", fromDays: -20, toDays: -1 });
  const asked = { certificateType: central, certificate: old.certificate };
  await assertVerdict(tool, "InstallCertificate", asked, "Rejected");
  await toldOf(tool, "InvalidCentralSystemCertificate", before);
}

/** The draft of 2025. */
async function refusesWhatIsPresented({ tool, lab, profile }: SecurityBench): Promise<void> {
  const before = events(tool).length;
  const knocks = lab.knocks.length;
  const impostor = lab.impersonate();
  lab.cut();
  // It is refused in the handshake: whoever is served there has not been refused.
  await impostor.next("Refused");
  assertEquals(impostor.events.filter(({ kind }) => kind === "Secured"), []);
  lab.open(profile);
  await lab.knockAfter(knocks);
  await tool.silence();
  await toldOf(tool, "InvalidCentralSystemCertificate", before);
}

/** The memory of the same name (RenewChargePointCertificate); resolves with the request, which has got its certificate. */
export async function renewed({ tool, lab }: SecurityBench): Promise<string> {
  const csr = await requested(tool);
  const certificateChain = await lab.operator.sign(csr, { toDays: 60 });
  await accepted(tool, "CertificateSigned", { certificateChain });
  return csr;
}

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
