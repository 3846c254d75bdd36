/** How the charger comes to its certificate and uses it (security white paper A02, A03; TC_074, TC_077). */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { simulatedRequest } from "../../hal/drivers/simulated_x509.ts";
import { createSimulatedAuthority } from "../../hal/drivers/simulated_authority.ts";
import { referenceDc } from "../hal/stations.ts";
import { operator, ownCertificate, startWallMs } from "../sim/hierarchy.ts";
import { actions } from "./calm_house.ts";
import { dayMs, keyIds, logged, notified, requested, securedHouse, signed, status } from "./secured_house.ts";

const trigger = { requestedMessage: "SignChargePointCertificate" };

Deno.test("TC_074_CS, A02.FR.13: the conf, then SignCertificate of a new key, with CpoName and the serial number", async () => {
  const house = await securedHouse();
  const before = house.effects("FrameSent").length;
  const csr = await requested(house);
  const frames = house.effects("FrameSent").slice(before).map(({ detail }) => JSON.parse(String(detail)));
  assertEquals(frames.map(([type, , action]) => [type, typeof action === "string" ? action : null]), [
    [3, null],
    [2, "SignCertificate"],
  ]);
  const { organization, commonName, publicKey } = simulatedRequest(csr);
  assertEquals([organization, commonName], ["Operator", "CP001"]);
  assertNotEquals(publicKey, house.keys.ring.publicKey("one"));
  assertEquals(house.keys.ring.publicKey(house.credentials().held().pendingKeyId ?? ""), publicKey);
});

Deno.test("TC_074_CS: CertificateSigned is answered, then the charger reconnects with the new certificate", async () => {
  const house = await securedHouse();
  const dialled: (string | undefined)[] = [];
  house.centralSystem.guard(({ tls }) => {
    dialled.push(tls?.certificate?.keyId);
    return null;
  });
  const csr = await requested(house);
  const keyId = house.credentials().held().pendingKeyId;
  assertEquals(await signed(house, csr), "Accepted");
  assertEquals([keyIds(house), house.credentials().held().pendingKeyId], [[keyId, "one"], undefined]);
  await house.advance(10_000);
  assertEquals([dialled, house.centralSystem.connected()], [[keyId], true]);
  // It has to be heard on it: then the old one has served its time.
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals([keyIds(house), house.keys.ring.keyIds()], [[keyId], [keyId]]);
});

Deno.test("A02.FR.10: the new certificate is refused: the old one is tried, and kept until the new one is served", async () => {
  const house = await securedHouse();
  const csr = await requested(house);
  const keyId = house.credentials().held().pendingKeyId;
  house.centralSystem.guard(({ tls }) => tls?.certificate?.keyId === "one" ? null : "refusedUs");
  assertEquals(await signed(house, csr), "Accepted");
  await house.advance(60_000);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals([house.centralSystem.connected(), keyIds(house)], [true, [keyId, "one"]]);
  house.centralSystem.guard(() => null);
  house.centralSystem.cut();
  await house.advance(60_000);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals(keyIds(house), [keyId]);
});

Deno.test("without profile 3 the certificate is kept for later, and the connection stays", async () => {
  const house = await securedHouse({ profile: 2 });
  const csr = await requested(house);
  const accepted = house.centralSystem.accepted();
  assertEquals(await signed(house, csr), "Accepted");
  await house.advance(10_000);
  assertEquals(house.centralSystem.accepted(), accepted);
  assertEquals(house.keys.ring.keyIds(), keyIds(house));
  assertNotEquals(keyIds(house), ["one"]);
});

Deno.test("CpoName is not set: Rejected, and no key is made", async () => {
  const house = await securedHouse({ settings: {} });
  assertEquals(await status(house, "ExtendedTriggerMessage", trigger), "Rejected");
  await house.advance(1_000);
  assertEquals([house.sent("SignCertificate"), house.keys.ring.keyIds()], [[], ["one"]]);
});

Deno.test("A02: a new trigger replaces the pending request, while its key is being made and after", async () => {
  const house = await securedHouse();
  const refused = await requested(house);
  await house.ask("ExtendedTriggerMessage", trigger);
  const csr = await requested(house);
  assertEquals(house.sent("SignCertificate").length, 2);
  const { pendingKeyId } = house.credentials().held();
  assertEquals(house.keys.ring.keyIds(), ["one", String(pendingKeyId)]);
  assertEquals(await signed(house, refused), "Rejected");
  assertEquals(await signed(house, csr), "Accepted");
});

Deno.test("A02: a storm of triggers makes one key and one request; once that is out the next trigger makes another", async () => {
  const house = await securedHouse();
  let making = 0;
  const { generate } = house.keys.ring;
  Object.assign(house.keys.ring, {
    generate: (...asked: Parameters<typeof generate>) => {
      making += 1;
      generate(...asked);
    },
  });
  for (let count = 0; count < 100; count += 1) house.centralSystem.call("ExtendedTriggerMessage", trigger);
  await house.advance(0);
  assertEquals(making, 1);
  await requested(house);
  assertEquals([making, house.sent("SignCertificate").length], [1, 1]);
  await requested(house);
  assertEquals([making, house.sent("SignCertificate").length], [2, 2]);
});

Deno.test("A02.FR.02: the pending key is there when its certificate comes, after another change, a crash and a power cut", async () => {
  const house = await securedHouse();
  const csr = await requested(house);
  const password = { key: "AuthorizationKey", value: "00".repeat(16) };
  assertEquals(await status(house, "ChangeConfiguration", password), "Accepted");
  assert(house.system().crash("cert_store"));
  await house.advance(10_000);
  house.cutPower(0);
  await house.restorePower();
  await house.advance(10_000);
  assertEquals(await signed(house, csr), "Accepted");
});

Deno.test("A02.FR.04: SignCertificate is Rejected: that is the end of it, and its key goes", async () => {
  const house = await securedHouse();
  house.centralSystem.script("SignCertificate", { kind: "answer", payload: { status: "Rejected" } });
  await house.ask("ExtendedTriggerMessage", trigger);
  await house.advance(1_000);
  const [sent] = house.sent("SignCertificate");
  assertEquals(house.keys.ring.keyIds(), ["one"]);
  assertEquals(await signed(house, String(sent?.payload.csr)), "Rejected");
});

Deno.test("a key that cannot be made, or not be noted, is requested by nobody and left nowhere", async () => {
  const house = await securedHouse();
  house.keys.failNext(1);
  await house.ask("ExtendedTriggerMessage", trigger);
  await house.advance(1_000);
  house.credentials().failWrites("lost", 1);
  await house.ask("ExtendedTriggerMessage", trigger);
  await house.advance(1_000);
  assertEquals([house.sent("SignCertificate"), house.keys.ring.keyIds()], [[], ["one"]]);
  assertEquals(house.crashes(), []);
});

const strangers = createSimulatedAuthority(
  { organization: "Operator", commonName: "Root" },
  "another key",
  startWallMs,
);
for (
  const [what, chainOf, why] of [
    ["nonsense", () => "nonsense", /^CertificateSigned: write each/],
    ["another key", () => ownCertificate("two").chain, /not of the key/],
    ["one that has expired", (csr: string) => operator.sign(csr, startWallMs - 90 * dayMs), /it has expired/],
    ["another root", (csr: string) => strangers.sign(csr, startWallMs), /path does not end/],
    [
      "another name",
      (csr: string) =>
        operator.sign(csr, startWallMs, { subject: { organization: "Operator", commonName: "CP002" } }),
      /serial number/,
    ],
  ] as const
) {
  Deno.test(`TC_077_CS, A02.FR.07: ${what} is Rejected, and then told; the request waits on`, async () => {
    const house = await securedHouse();
    const csr = await requested(house);
    assertEquals(await status(house, "CertificateSigned", { certificateChain: chainOf(csr) }), "Rejected");
    assertMatch((await logged(house, "InvalidChargePointCertificate"))[0] ?? "", why);
    assertEquals(await notified(house), ["InvalidChargePointCertificate"]);
    assertEquals(keyIds(house), ["one"]);
    assertEquals(await signed(house, csr), "Accepted");
  });
}

Deno.test("A02: CertificateSigned that nobody has asked for is Rejected", async () => {
  const house = await securedHouse();
  assertEquals(
    await status(house, "CertificateSigned", { certificateChain: ownCertificate("one").chain }),
    "Rejected",
  );
});

Deno.test("CertificateSignedMaxChainSize is kept", async () => {
  const limits = { ...referenceDc.limits, CertificateSignedMaxChainSize: 100 };
  const house = await securedHouse({ station: { ...referenceDc, limits } });
  const csr = await requested(house);
  assertEquals(await signed(house, csr), "Rejected");
  assertMatch(
    (await logged(house, "InvalidChargePointCertificate"))[0] ?? "",
    /CertificateSignedMaxChainSize is 100/,
  );
});

Deno.test("A02.FR.08: a certificate that is not valid yet is used when it is", async () => {
  const house = await securedHouse();
  const csr = await requested(house);
  const { pendingKeyId } = house.credentials().held();
  assertEquals(await signed(house, csr, { notBeforeMs: house.clock.wallMs() + dayMs }), "Accepted");
  const accepted = house.centralSystem.accepted();
  await house.advance(dayMs - 10_000);
  assertEquals([keyIds(house), house.centralSystem.accepted()], [["one"], accepted]);
  await house.advance(20_000);
  assertEquals([keyIds(house)[0], house.centralSystem.accepted()], [pendingKeyId, accepted + 1]);
});

Deno.test("A02.FR.08: over a power cut, and by a clock that is set", async () => {
  const house = await securedHouse();
  const csr = await requested(house);
  const { pendingKeyId } = house.credentials().held();
  assertEquals(await signed(house, csr, { notBeforeMs: house.clock.wallMs() + dayMs }), "Accepted");
  house.cutPower(0);
  await house.restorePower();
  await house.advance(10_000);
  assertEquals([keyIds(house), house.keys.ring.keyIds()], [["one"], ["one", pendingKeyId]]);
  house.clock.stepWall(2 * dayMs);
  house.addresses().certStore.send({ kind: "ClockStepped" });
  await house.advance(70_000);
  assertEquals(keyIds(house)[0], pendingKeyId);
});

Deno.test("A02.FR.09: of two whose turn has come at once that counts whose validity has begun last", async () => {
  const house = await securedHouse();
  const later = await requested(house);
  const { pendingKeyId } = house.credentials().held();
  assertEquals(await signed(house, later, { notBeforeMs: house.clock.wallMs() + 2 * dayMs }), "Accepted");
  const sooner = await requested(house);
  assertEquals(await signed(house, sooner, { notBeforeMs: house.clock.wallMs() + dayMs }), "Accepted");
  assertEquals(house.credentials().held().upcoming?.length, 2);
  house.clock.stepWall(3 * dayMs);
  house.addresses().certStore.send({ kind: "ClockStepped" });
  await house.advance(70_000);
  assertEquals([keyIds(house)[0], house.credentials().held().upcoming], [pendingKeyId, undefined]);
});

Deno.test("a key that nothing refers to goes at the start", async () => {
  const house = await securedHouse({ keyIds: ["orphan"] });
  assertEquals(house.keys.ring.keyIds(), ["one"]);
});

Deno.test("A02.FR.09: of two that are valid that counts whose validity has begun last", async () => {
  const house = await securedHouse({ own: { notBeforeMs: startWallMs - 3_600_000 } });
  const csr = await requested(house);
  assertEquals(await signed(house, csr, { notBeforeMs: startWallMs - dayMs }), "Accepted");
  await house.advance(10_000);
  assertEquals([keyIds(house), house.keys.ring.keyIds()], [["one"], ["one"]]);
});

Deno.test("A03: a month before its end the next is asked for, and every day until it comes", async () => {
  const house = await securedHouse({ own: { notAfterMs: startWallMs + 31 * dayMs } });
  const accept = { kind: "answer", payload: { status: "Accepted" } } as const;
  house.centralSystem.script("SignCertificate", accept, accept, accept);
  await house.advance(dayMs - 1_000);
  assertEquals(house.sent("SignCertificate"), []);
  await house.advance(2_000);
  assertEquals(house.sent("SignCertificate").length, 1);
  await house.advance(dayMs);
  const [, second] = house.sent("SignCertificate");
  assert(second !== undefined);
  const notAfterMs = startWallMs + 400 * dayMs;
  assertEquals(await signed(house, String(second.payload.csr), { notAfterMs }), "Accepted");
  await house.advance(2 * dayMs);
  assertEquals(house.sent("SignCertificate").length, 2);
});

Deno.test("A03: while the successor is refused the next is still asked for, a day later", async () => {
  const house = await securedHouse({ own: { notAfterMs: startWallMs + 20 * dayMs } });
  const csr = await requested(house);
  house.centralSystem.guard(({ tls }) => tls?.certificate?.keyId === "one" ? null : "refusedUs");
  assertEquals(await signed(house, csr, { notAfterMs: startWallMs + 400 * dayMs }), "Accepted");
  house.centralSystem.script("SignCertificate", { kind: "answer", payload: { status: "Accepted" } });
  await house.advance(dayMs + 60_000);
  assertEquals(house.sent("SignCertificate").length, 2);
});

Deno.test("A03: a successor that is not valid yet puts nothing off, and asks for nothing earlier: the next is asked for when the one that serves is due", async () => {
  const accept = { kind: "answer", payload: { status: "Accepted" } } as const;
  for (const beginsInDays of [5, 60]) {
    const house = await securedHouse({ own: { notAfterMs: startWallMs + 33 * dayMs } });
    const csr = await requested(house);
    const differently = {
      notBeforeMs: startWallMs + beginsInDays * dayMs,
      notAfterMs: startWallMs + 400 * dayMs,
    };
    assertEquals(await signed(house, csr, differently), "Accepted");
    house.centralSystem.script("SignCertificate", ...Array(9).fill(accept));
    const asked = () => house.sent("SignCertificate").length - 1;
    await house.advance(3 * dayMs - 60_000);
    assertEquals(asked(), 0);
    await house.advance(dayMs);
    assertEquals(asked(), 1);
    // Once it has served, it is what counts.
    await house.advance(4 * dayMs);
    assertEquals([asked() <= 2, keyIds(house).length], beginsInDays === 5 ? [true, 1] : [false, 1]);
  }
});

Deno.test("A03: a successor that ends sooner than the one before it is renewed in its own last month", async () => {
  const house = await securedHouse();
  const csr = await requested(house);
  assertEquals(await signed(house, csr, { notAfterMs: startWallMs + 40 * dayMs }), "Accepted");
  house.centralSystem.script("SignCertificate", { kind: "answer", payload: { status: "Accepted" } });
  await house.advance(10 * dayMs - 60_000);
  assertEquals([keyIds(house).length, house.sent("SignCertificate").length], [1, 1]);
  await house.advance(120_000);
  assertEquals(house.sent("SignCertificate").length, 2);
});

Deno.test("A03: a charger that boots in its last month asks when it has booted, and again when that was in vain", async () => {
  const house = await securedHouse({ own: { notAfterMs: startWallMs + dayMs * 20 } });
  assertEquals(house.sent("SignCertificate"), []);
  house.network.setLink("down");
  await house.advance(3_600_000);
  house.network.setLink("up");
  await house.advance(2 * 3_600_000);
  assertEquals(house.sent("SignCertificate").length, 1);
  assertEquals(house.crashes(), []);
});

Deno.test("a crash while the key is made, or while it is noted, leaves no key behind", async () => {
  for (const afterMs of [100, 700]) {
    const house = await securedHouse();
    house.disk.commitMs = 500;
    await house.ask("ExtendedTriggerMessage", trigger);
    await house.advance(afterMs);
    assert(house.system().crash("cert_store"));
    await house.advance(10_000);
    house.disk.commitMs = 0;
    const csr = await requested(house);
    const { pendingKeyId } = house.credentials().held();
    assertEquals(
      house.keys.ring.keyIds().toSorted(),
      ["one", pendingKeyId].toSorted(),
      `after ${afterMs} ms`,
    );
    assertEquals(await signed(house, csr), "Accepted");
  }
});

Deno.test("a crash while CertificateSigned is noted: the certificate that is durable is used", async () => {
  const house = await securedHouse();
  const csr = await requested(house);
  const { pendingKeyId } = house.credentials().held();
  house.disk.commitMs = 1_000;
  house.centralSystem.call("CertificateSigned", {
    certificateChain: operator.sign(csr, house.clock.wallMs(), { notBeforeMs: house.clock.wallMs() }),
  });
  await house.advance(500);
  assert(house.system().crash("cert_store"));
  house.disk.commitMs = 0;
  await house.advance(10_000);
  assertEquals(keyIds(house), [pendingKeyId, "one"]);
  assertEquals(house.keys.ring.keyIds().toSorted(), [pendingKeyId, "one"].toSorted());
  house.centralSystem.cut();
  await house.advance(60_000);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals(keyIds(house), [pendingKeyId]);
});

Deno.test("no private key, and no key's name, is in any frame", async () => {
  const house = await securedHouse();
  const csr = await requested(house);
  await signed(house, csr);
  await house.advance(10_000);
  assert(actions(house).length > 0);
  assert(!JSON.stringify(house.traced()).includes("PRIVATE KEY"));
});
