/** The roots over OCPP (security white paper M03, M04, M05; TC_075_1, TC_075_2, TC_076, TC_078; AQ-1). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createSimulatedAuthority } from "../../hal/drivers/simulated_authority.ts";
import { createSimulatedX509 } from "../../hal/drivers/simulated_x509.ts";
import type { Trust } from "../../hal/trust.ts";
import { operator, operatorRoot, startWallMs } from "../sim/hierarchy.ts";
import { referenceDc } from "../hal/stations.ts";
import type { CalmHouse } from "./calm_house.ts";
import { dayMs, logged, notified, securedHouse, serverChain, status } from "./secured_house.ts";

const central = "CentralSystemRootCertificate";
const manufacturer = "ManufacturerRootCertificate";
const x509 = createSimulatedX509();

function rootOf(commonName: string, notAfterMs = startWallMs + 365 * dayMs): string {
  const name = { organization: "Operator", commonName };
  return createSimulatedAuthority(name, `${commonName} key`, startWallMs, { notAfterMs }).certificate;
}

/** The operator's root, issued anew for the same name and key. */
function reissued(valid: { readonly notBeforeMs?: number; readonly notAfterMs?: number }): string {
  const name = { organization: "Operator", commonName: "Root" };
  const differently = { serialNumber: "2", ...valid };
  return createSimulatedAuthority(name, "root key", startWallMs, differently).certificate;
}

function hashOf(pem: string, issuerPem = pem) {
  const [certificate, issuer] = [pem, issuerPem].map((text) => {
    const parsed = x509.parse(text);
    return parsed.kind === "parsed" ? parsed.certificates[0] : undefined;
  });
  assert(certificate !== undefined && issuer !== undefined);
  return x509.hashData(certificate, issuer, "SHA256");
}

function install(house: CalmHouse, certificate: string, certificateType = central): Promise<string> {
  return status(house, "InstallCertificate", { certificateType, certificate });
}

function remove(house: CalmHouse, pem: string, issuerPem = pem): Promise<string> {
  return status(house, "DeleteCertificate", { certificateHashData: hashOf(pem, issuerPem) });
}

/** What GetInstalledCertificateIds comes to. */
async function listed(house: CalmHouse, certificateType = central): Promise<unknown> {
  const answered = await house.ask("GetInstalledCertificateIds", { certificateType });
  return answered !== null && "result" in answered ? answered.result : null;
}

for (const [id, type] of [["TC_075_1_CS", manufacturer], ["TC_075_2_CS", central]] as const) {
  Deno.test(`${id}: an installed ${type} is listed with its hash data`, async () => {
    const house = await securedHouse();
    const there = type === central ? [hashOf(operator.certificate)] : [];
    assertEquals(
      await listed(house, type),
      there.length === 0 ? { status: "NotFound" } : {
        status: "Accepted",
        certificateHashData: there,
      },
    );
    const pem = rootOf("New");
    assertEquals(await install(house, pem, type), "Accepted");
    const after = { status: "Accepted", certificateHashData: [...there, hashOf(pem)] };
    assertEquals(await listed(house, type), after);
    assertEquals(await install(house, pem, type), "Accepted");
    assertEquals(await listed(house, type), after);
    house.cutPower(0);
    await house.restorePower();
    await house.advance(10_000);
    assertEquals(await listed(house, type), after);
  });
}

Deno.test("TC_076_CS: list, delete, list without it; once more it is NotFound", async () => {
  const house = await securedHouse();
  const pem = rootOf("New");
  await install(house, pem);
  assertEquals(await remove(house, pem), "Accepted");
  assertEquals(await listed(house), {
    status: "Accepted",
    certificateHashData: [hashOf(operator.certificate)],
  });
  assertEquals(await remove(house, pem), "NotFound");
});

Deno.test("AQ-1: the last CentralSystemRootCertificate is not deleted", async () => {
  const house = await securedHouse({ profile: 0 });
  assertEquals(await remove(house, operator.certificate), "Failed");
  assertEquals(house.credentials().held().roots.length, 1);
});

Deno.test("M04.FR.06: nor the one that proves the present connection", async () => {
  const house = await securedHouse();
  const pem = rootOf("New");
  await install(house, pem);
  house.centralSystem.present(serverChain({ organization: "Operator", commonName: "Root" }, "root key"));
  house.centralSystem.cut();
  await house.advance(60_000);
  assertEquals(await remove(house, operator.certificate), "Failed");
  assertEquals(await remove(house, pem), "Accepted");
  await install(house, pem);
  house.centralSystem.present(serverChain({ organization: "Operator", commonName: "New" }, "New key"));
  house.centralSystem.cut();
  await house.advance(60_000);
  assertEquals(await remove(house, operator.certificate), "Accepted");
});

Deno.test("M04.FR.06, M05.FR.13: what the station's TLS says of a root alone counts, for the one that goes and for a fallback", async () => {
  const anew = reissued({});
  for (const does of [false, true]) {
    const trust: Trust = { rootFlaw: () => null, proves: (root) => root === operator.certificate || does };
    const central = "CentralSystemRootCertificate" as const;
    for (const fallback of [false, true]) {
      const roots = [{ ...operatorRoot, ...(fallback ? { fallback } : {}) }, {
        certificateType: central,
        pem: anew,
      }];
      const house = await securedHouse({ trust, credentials: { roots } });
      house.centralSystem.present(serverChain({ organization: "Operator", commonName: "Root" }, "root key"));
      house.centralSystem.cut();
      await house.advance(60_000);
      await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
      if (!fallback) assertEquals(await remove(house, operator.certificate), does ? "Accepted" : "Failed");
      assertEquals(house.credentials().held().roots, does ? roots.slice(1) : roots);
    }
  }
});

for (
  const [which, idle] of [
    ["has expired", reissued({ notAfterMs: startWallMs - 1 })],
    ["is not valid yet", reissued({ notBeforeMs: startWallMs + 30 * dayMs })],
  ] as const
) {
  Deno.test(`M04.FR.06: of two of the same key the one that ${which} proves nobody, and may go`, async () => {
    const central = "CentralSystemRootCertificate" as const;
    const roots = [{ certificateType: central, pem: idle }, operatorRoot];
    const house = await securedHouse({ credentials: { roots } });
    house.centralSystem.present(serverChain({ organization: "Operator", commonName: "Root" }, "root key"));
    house.centralSystem.cut();
    await house.advance(60_000);
    assertEquals(await remove(house, operator.certificate), "Failed");
    assertEquals(await remove(house, idle), "Accepted");
    assertEquals(house.credentials().held().roots, [operatorRoot]);
  });
}

for (
  const [what, pem, why] of [
    ["what is no certificate", "nonsense", /^InstallCertificate: write each/],
    ["one that has expired", rootOf("Old", startWallMs - 1), /^InstallCertificate: it has expired/],
    ["two", rootOf("New") + rootOf("Newer"), /^InstallCertificate: write one/],
  ] as const
) {
  Deno.test(`TC_078_CS: ${what} is Rejected, and then told`, async () => {
    const house = await securedHouse();
    assertEquals(await install(house, pem), "Rejected");
    assertMatch((await logged(house, "InvalidCentralSystemCertificate"))[0] ?? "", why);
    assertEquals(await notified(house), ["InvalidCentralSystemCertificate"]);
    assertEquals(await install(house, pem, manufacturer), "Rejected");
    assertEquals((await logged(house, "InvalidCentralSystemCertificate")).length, 1);
  });
}

Deno.test("AQ-1: a root that the station's TLS cannot load is Rejected, and then told: it would be one that counts for nobody", async () => {
  const rootFlaw = (root: string) => root === operator.certificate ? null : "cannot use it";
  const trust: Trust = { rootFlaw, proves: () => null };
  const house = await securedHouse({ trust });
  for (const type of [central, manufacturer]) {
    assertEquals(await install(house, rootOf("New"), type), "Rejected");
  }
  assertEquals(await notified(house), ["InvalidCentralSystemCertificate"]);
  assertEquals(house.credentials().held().roots, [operatorRoot]);
});

Deno.test("AQ-1: one that is there already, out of the configuration, is told at the start and shuts nobody out", async () => {
  const central = "CentralSystemRootCertificate" as const;
  const roots = [{ certificateType: central, pem: "no certificate" }, operatorRoot];
  const house = await securedHouse({ credentials: { roots } });
  const [told = "", ...more] = await logged(house, "InvalidCentralSystemCertificate");
  assertMatch(told, /^an installed root is left out: write each/);
  assertEquals([more, house.credentials().held().roots], [[], roots]);
});

Deno.test("M03, M05: a DeleteCertificate is not overtaken by the InstallCertificate behind it", async () => {
  const house = await securedHouse();
  const pem = rootOf("New");
  house.centralSystem.call("DeleteCertificate", { certificateHashData: hashOf(pem) });
  assertEquals(await install(house, pem), "Accepted");
  assertEquals(house.credentials().held().roots.length, 2);
});

Deno.test("M05.FR.03: a full store is no event", async () => {
  const limits = { ...referenceDc.limits, CertificateStoreMaxLength: 1 };
  const house = await securedHouse({ station: { ...referenceDc, limits } });
  assertEquals(await install(house, rootOf("New")), "Rejected");
  assertEquals(await logged(house, "InvalidCentralSystemCertificate"), []);
});

Deno.test("what cannot be stored is Failed, and what was there holds on", async () => {
  const house = await securedHouse();
  const pem = rootOf("New");
  house.credentials().failWrites("lost", 1);
  assertEquals(await install(house, pem), "Failed");
  await install(house, pem);
  house.credentials().failWrites("lost", 1);
  assertEquals(await remove(house, pem), "Failed");
  assertEquals(house.credentials().held().roots.length, 2);
});

Deno.test("what is answered Failed is not done behind a power cut either, though the medium had taken half of it", async () => {
  const house = await securedHouse();
  const pem = rootOf("New");
  await install(house, pem);
  house.credentials().failWrites("torn", 1);
  assertEquals(await remove(house, pem), "Failed");
  house.cutPower(0);
  await house.restorePower();
  assertEquals(house.credentials().held().roots.length, 2);
});

Deno.test("M05.FR.08 to FR.13: one root, which signs the next; the old one goes when the new one has proven the peer", async () => {
  const limits = { ...referenceDc.limits, AdditionalRootCertificateCheck: true };
  const house = await securedHouse({ station: { ...referenceDc, limits } });
  assertEquals(await install(house, rootOf("New")), "Rejected");
  const name = { organization: "Operator", commonName: "Next" };
  const key = [...new TextEncoder().encode("Next key")].map((octet) => octet.toString(16)).join("")
    .toUpperCase();
  const next = operator.signAuthority(name, key, startWallMs);
  assertEquals(await install(house, next), "Accepted");
  const reconnected = async (issuer: typeof name, signedWith: string) => {
    house.centralSystem.present(serverChain(issuer, signedWith));
    house.centralSystem.cut();
    await house.advance(60_000);
    await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
    return house.credentials().held().roots.map(({ fallback }) => fallback === true);
  };
  assertEquals(await reconnected({ organization: "Operator", commonName: "Root" }, "root key"), [
    true,
    false,
  ]);
  assertEquals(await reconnected(name, "Next key"), [false]);
  // Its issuer is not installed any more, and its hash data are what they were.
  assertEquals(await listed(house), {
    status: "Accepted",
    certificateHashData: [hashOf(next, operator.certificate)],
  });
});

Deno.test("M05.FR.13: a root that was issued anew for the same key takes over, though its forerunner would do too", async () => {
  const limits = { ...referenceDc.limits, AdditionalRootCertificateCheck: true };
  const house = await securedHouse({ station: { ...referenceDc, limits } });
  const name = { organization: "Operator", commonName: "Root" };
  const key = [..."root key"].map((one) => one.charCodeAt(0).toString(16)).join("").toUpperCase();
  const again = operator.signAuthority(name, key, startWallMs + 1_000);
  assertEquals(await install(house, again), "Accepted");
  house.centralSystem.present(serverChain(name, "root key"));
  house.centralSystem.cut();
  await house.advance(60_000);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals(house.credentials().held().roots.map(({ pem }) => pem), [again]);
});

Deno.test("M05.FR.13: one that is not valid yet takes over when it is, and the only valid one stays until then", async () => {
  const limits = { ...referenceDc.limits, AdditionalRootCertificateCheck: true };
  const house = await securedHouse({ station: { ...referenceDc, limits } });
  const future = reissued({ notBeforeMs: startWallMs + dayMs / 2 });
  assertEquals(await install(house, future), "Accepted");
  const reconnected = async () => {
    house.centralSystem.cut();
    await house.advance(60_000);
    await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
    return house.credentials().held().roots.map(({ pem }) => pem);
  };
  house.centralSystem.present(serverChain({ organization: "Operator", commonName: "Root" }, "root key"));
  assertEquals(await reconnected(), [operator.certificate, future]);
  assertEquals(await remove(house, operator.certificate), "Failed");
  await house.advance(dayMs / 2);
  assertEquals(await reconnected(), [future]);
});

Deno.test("M04.FR.06: of two ways up from the peer's certificate the one that ends at a root is in use", async () => {
  const house = await securedHouse();
  const pem = rootOf("New");
  await install(house, pem);
  const below = { organization: "Operator", commonName: "Sub" };
  const key = [..."Sub key"].map((one) => one.charCodeAt(0).toString(16)).join("").toUpperCase();
  const elsewhere = createSimulatedAuthority({ ...below, commonName: "Elsewhere" }, "else key", startWallMs);
  house.centralSystem.present([
    ...serverChain(below, "Sub key"),
    elsewhere.signAuthority(below, key, startWallMs),
    operator.signAuthority(below, key, startWallMs),
  ]);
  house.centralSystem.cut();
  await house.advance(60_000);
  assertEquals(await remove(house, operator.certificate), "Failed");
  assertEquals(await remove(house, pem), "Accepted");
});

Deno.test("a crash while a root is being written: what is durable is what is listed", async () => {
  const house = await securedHouse();
  house.disk.commitMs = 1_000;
  const pem = rootOf("New");
  house.centralSystem.call("InstallCertificate", { certificateType: central, certificate: pem });
  await house.advance(500);
  assert(house.system().crash("cert_store"));
  await house.advance(10_000);
  house.disk.commitMs = 0;
  assertEquals(await listed(house), {
    status: "Accepted",
    certificateHashData: [hashOf(operator.certificate), hashOf(pem)],
  });
});
