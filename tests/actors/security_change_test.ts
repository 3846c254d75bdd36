/**
 * Passwords and security profiles over OCPP: durable, then answered, then proven, and never a way out of what works
 * (security white paper A00, A01, A05; TC_073, TC_083, TC_084).
 */
import { assert, assertEquals } from "@std/assert";
import { simulatedCertificate } from "../../hal/drivers/simulated_x509.ts";
import type { Gate } from "../sim/central_system_model.ts";
import { operatorRoot, ownCertificate } from "../sim/hierarchy.ts";
import type { CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import { actions, bootedHouse, chargingHouse, contactorClosed, newHouse } from "./calm_house.ts";

const OLD = "6f6c6420".repeat(4);
const NEW = "6e657720".repeat(4);
const NEWER = "6e657765".repeat(4);
const CERTIFICATE = ownCertificate("one");
const name = { organization: "CPO", commonName: "any" };
/** It was valid until a second before the charger's first. */
const EXPIRED = simulatedCertificate({
  serialNumber: "1",
  subject: name,
  issuer: name,
  notBeforeMs: 0,
  notAfterMs: Date.UTC(2026, 0, 1) - 1_000,
  publicKey: "aa",
  signedWith: "aa",
  isCa: true,
});

function secured(
  profile: 0 | 1 | 2 | 3,
  { root = operatorRoot.pem, chain = CERTIFICATE.chain } = {},
): CalmHouseOptions {
  const certificate = { ...CERTIFICATE, chain };
  const proof = { number: 1, securityProfile: profile, authorizationKey: OLD, certificate };
  const roots = [{ ...operatorRoot, pem: root }];
  return { credentials: { proofs: [proof], roots }, keyIds: [CERTIFICATE.keyId] };
}

/** What a knock says of itself: `2 old` is profile 2 with the old password. */
function shown({ url, basicAuth, tls }: Parameters<Gate>[0]): string {
  const text = basicAuth === undefined ? "" : new TextDecoder().decode(basicAuth.password).slice(0, 4);
  const key = basicAuth === undefined ? "" : ` ${text === "newe" ? "newer" : text.trim()}`;
  const profile = tls === undefined ? (key === "" ? 0 : 1) : key === "" ? 3 : 2;
  assertEquals(url.startsWith("wss:"), tls !== undefined);
  assertEquals(tls?.certificate, profile === 3 ? CERTIFICATE : undefined);
  return `${profile}${key}`;
}

Deno.test("a password that is the same already is Accepted, and neither written nor told as a change", async () => {
  const house = await bootedHouse(secured(0));
  house.credentials().failWrites("lost", 1);
  assertEquals(await change(house, "AuthorizationKey", OLD.toUpperCase()), "Accepted");
});

/** Lets in whoever comes so, and keeps how everybody came. */
function guarded(house: CalmHouse, ...admitted: readonly string[]): { readonly knocks: string[] } {
  const knocks: string[] = [];
  house.centralSystem.guard((request) => {
    knocks.push(shown(request));
    return admitted.includes(shown(request)) ? null : 401;
  });
  return { knocks };
}

async function change(house: CalmHouse, key: string, value: string): Promise<string> {
  const answered = await house.ask("ChangeConfiguration", { key, value });
  assert(answered !== null && "result" in answered, `${key} is not answered`);
  return (answered.result as { status: string }).status;
}

async function securityProfile(house: CalmHouse): Promise<string | undefined> {
  const answered = await house.ask("GetConfiguration", { key: ["SecurityProfile"] });
  assert(answered !== null && "result" in answered);
  return (answered.result as { configurationKey: readonly { value: string }[] }).configurationKey[0]?.value;
}

/** Profile and password of each, newest first. */
function kept(house: CalmHouse): readonly string[] {
  const names = new Map([[OLD, "old"], [NEW, "new"], [NEWER, "newer"]]);
  return house.credentials().held().proofs.map(({ securityProfile, authorizationKey = "" }) =>
    `${securityProfile} ${names.get(authorizationKey)}`
  );
}

/** The security events so far, by their types. */
function events(house: CalmHouse): readonly string[] {
  return house.effects("SecurityEvent").map(({ detail }) => (detail as { type: string }).type)
    .filter((type) => type !== "StartupOfTheDevice");
}

for (const profile of [1, 2] as const) {
  Deno.test(`A01.FR.02, TC_073_CS: under profile ${profile} the answer goes out, then the charger comes again with the new password`, async () => {
    const house = await bootedHouse(secured(profile));
    const { knocks } = guarded(house, `${profile} new`);
    assertEquals(await change(house, "AuthorizationKey", NEW), "Accepted");
    assertEquals(house.centralSystem.connected(), false);
    await house.advance(2_000);
    assertEquals([knocks, house.centralSystem.connected()], [[`${profile} new`], true]);
    assertEquals(events(house), ["ReconfigurationOfSecurityParameters"]);
    // It has not booted again, and was not asked anything: only now does anybody know that it is served.
    assertEquals(kept(house), [`${profile} new`, `${profile} old`]);
    assertEquals(await securityProfile(house), String(profile));
    assertEquals(kept(house), [`${profile} new`]);
  });
}

Deno.test("TC_073_CS: twice in a row, and each time it comes by itself", async () => {
  const house = await bootedHouse(secured(1));
  const { knocks } = guarded(house, "1 new", "1 newer");
  for (const key of [NEW, NEWER]) {
    assertEquals(await change(house, "authorizationKEY", key), "Accepted");
    await house.advance(2_000);
  }
  assertEquals(knocks, ["1 new", "1 newer"]);
});

Deno.test("A01.FR.04: what is no password is Rejected, and nothing changes", async () => {
  const house = await bootedHouse(secured(1));
  const { knocks } = guarded(house);
  for (const value of ["", "short", "0".repeat(33), "0".repeat(42), "ü".repeat(16)]) {
    assertEquals(await change(house, "AuthorizationKey", value), "Rejected", value);
  }
  await house.advance(60_000);
  assertEquals([knocks, kept(house), events(house)], [[], ["1 old"], []]);
});

Deno.test("A01: a new password that the central system refuses is tried in turn with the old one, which serves", async () => {
  const house = await bootedHouse(secured(1));
  const { knocks } = guarded(house, "1 old");
  await change(house, "AuthorizationKey", NEW);
  await house.advance(10_000);
  assertEquals([knocks, house.centralSystem.connected()], [["1 new", "1 old"], true]);
  assertEquals(events(house), [
    "ReconfigurationOfSecurityParameters",
    "FailedToAuthenticateAtCentralSystem",
  ]);
  await house.ask("ClearCache", {});
  assertEquals(kept(house), ["1 new", "1 old"]);
  house.centralSystem.cut();
  await house.advance(10_000);
  assertEquals(knocks, ["1 new", "1 old", "1 new", "1 old"]);
});

for (const profile of [0, 3] as const) {
  Deno.test(`A01: under profile ${profile} a password is kept, and no connection starts over`, async () => {
    const house = await bootedHouse(secured(profile));
    const { knocks } = guarded(house);
    assertEquals(await change(house, "AuthorizationKey", NEW), "Accepted");
    await house.advance(60_000);
    assertEquals([knocks, kept(house)], [[], [`${profile} new`]]);
  });
}

Deno.test("A05.FR.05 to FR.09: 0 to 1 to 2 to 3, each proven by a connection, and then there is no way back", async () => {
  const house = await bootedHouse(secured(0));
  const { knocks } = guarded(house, "1 old", "2 old", "3");
  for (const profile of ["1", "2", "3"]) {
    assertEquals(await change(house, "SecurityProfile", profile), "Accepted");
    await house.advance(2_000);
    assertEquals(await securityProfile(house), profile);
    assertEquals(kept(house), [`${profile} old`]);
  }
  assertEquals(knocks, ["1 old", "2 old", "3"]);
  assertEquals(actions(house).filter((action) => action === "BootNotification").length, 3);
});

Deno.test("A05.FR.08: while the new profile is not served the old one is told and used, and the new one tried first", async () => {
  const house = await bootedHouse(secured(1));
  const { knocks } = guarded(house, "1 old");
  assertEquals(await change(house, "SecurityProfile", "2"), "Accepted");
  await house.advance(10_000);
  assertEquals(knocks, ["2 old", "1 old"]);
  assertEquals([await securityProfile(house), kept(house)], ["1", ["2 old", "1 old"]]);
});

Deno.test("A01.FR.03, A05: a password that is Accepted while an upgrade waits is the upgrade's too", async () => {
  const house = await bootedHouse(secured(0));
  guarded(house, "0");
  assertEquals(await change(house, "SecurityProfile", "1"), "Accepted");
  await house.advance(10_000);
  assertEquals(await change(house, "AuthorizationKey", NEW), "Accepted");
  assertEquals(kept(house), ["1 new", "1 old", "0 new"]);
  guarded(house, "1 new");
  house.centralSystem.cut();
  await house.advance(60_000);
  assertEquals([house.centralSystem.connected(), kept(house)], [true, ["1 new"]]);
});

Deno.test("A00.FR.005: a medium that refuses to forget the lower profile is asked again until it does", async () => {
  const house = await bootedHouse(secured(1));
  guarded(house, "2 old");
  await change(house, "SecurityProfile", "2");
  // Each of them twice: what held before is written over what may have been taken.
  house.credentials().failWrites("lost", 4);
  await house.advance(2_000);
  await house.ask("ClearCache", {});
  assertEquals(kept(house), ["2 old", "1 old"]);
  await house.advance(60_000);
  assertEquals(kept(house), ["2 old", "1 old"]);
  await house.advance(60_000);
  assertEquals(kept(house), ["2 old"]);
});

Deno.test("TC_083_CS: once the new profile has served, an old one that is offered again is never taken", async () => {
  const house = await bootedHouse(secured(1));
  guarded(house, "2 old");
  await change(house, "SecurityProfile", "2");
  await house.advance(2_000);
  await house.ask("ClearCache", {});
  const { knocks } = guarded(house, "1 old");
  house.centralSystem.cut();
  await house.advance(3_600_000);
  assertEquals([new Set(knocks), house.centralSystem.connected()], [new Set(["2 old"]), false]);
  guarded(house, "2 old");
  await house.advance(600_000);
  assertEquals(house.centralSystem.connected(), true);
});

Deno.test("A05.FR.01, TC_084_CS: down and sideways are Rejected, and nothing changes", async () => {
  const house = await bootedHouse(secured(2));
  const { knocks } = guarded(house);
  for (const value of ["2", "1", "0", "4", "-1", "x", ""]) {
    assertEquals(await change(house, "SecurityProfile", value), "Rejected", value);
  }
  await house.advance(60_000);
  assertEquals([knocks, kept(house), events(house)], [[], ["2 old"], []]);
});

Deno.test("A01.FR.02: behind a change that was Accepted, on the same connection, all others are Rejected: none may push it out", async () => {
  const house = await bootedHouse(secured(1));
  const { knocks } = guarded(house, "1 new");
  const pairs = [["AuthorizationKey", NEW], ["AuthorizationKey", NEWER], ["SecurityProfile", "2"]];
  for (const [key, value] of pairs) house.centralSystem.call("ChangeConfiguration", { key, value });
  await house.advance(0);
  assertEquals(kept(house), ["1 new", "1 old"]);
  assertEquals(house.effects("RefuseConfiguration").length, 2);
  await house.advance(60_000);
  assertEquals([knocks, kept(house)], [["1 new"], ["1 new"]]);
  assertEquals(await change(house, "AuthorizationKey", NEWER), "Accepted", "and the next one takes its own");
});

Deno.test("where the answer to an Accepted change was lost in a crash, the connection takes another a minute later", async () => {
  const house = await bootedHouse(secured(1));
  house.saboteur.order("configuration", { kind: "throws", nth: 2, handled: false });
  const answered = await house.ask("ChangeConfiguration", { key: "AuthorizationKey", value: NEW });
  assertEquals([answered, kept(house)], [{ error: "InternalError" }, ["1 new", "1 old"]]);
  assertEquals(await change(house, "AuthorizationKey", NEWER), "Rejected");
  await house.advance(60_000);
  assertEquals(await change(house, "AuthorizationKey", NEWER), "Accepted");
});

Deno.test("A05.FR.02 to FR.04: without what the profile needs it is Rejected", async () => {
  const bare = await bootedHouse();
  for (const profile of ["1", "2", "3"]) {
    assertEquals(await change(bare, "SecurityProfile", profile), "Rejected", profile);
  }
  assertEquals(await change(bare, "AuthorizationKey", OLD), "Accepted");
  assertEquals(await change(bare, "SecurityProfile", "2"), "Rejected", "there is no root");
  assertEquals(await change(bare, "SecurityProfile", "1"), "Accepted");
  const withoutRoot = await bootedHouse(secured(1, { root: EXPIRED }));
  assertEquals(await change(withoutRoot, "SecurityProfile", "2"), "Rejected", "the root has expired");
  const withoutLeaf = await bootedHouse(secured(1, { chain: EXPIRED }));
  assertEquals(await change(withoutLeaf, "SecurityProfile", "3"), "Rejected", "the certificate has expired");
  assertEquals(await change(withoutLeaf, "SecurityProfile", "2"), "Accepted");
});

Deno.test("a password that comes on the old connection, while a profile waits, does not bring profile 1 back once 2 has served", async () => {
  const house = await bootedHouse(secured(1));
  guarded(house, "1 old");
  await change(house, "SecurityProfile", "2");
  await house.advance(10_000);
  guarded(house, "2 old");
  assertEquals(await change(house, "AuthorizationKey", NEW), "Accepted");
  await house.advance(30_000);
  await house.ask("ClearCache", {});
  assertEquals(kept(house), ["2 new", "2 old"]);
});

Deno.test("D-served: an accept that is followed by a close proves nothing: the old password is not forgotten for it", async () => {
  const house = await bootedHouse(secured(1));
  await change(house, "AuthorizationKey", NEW);
  const { knocks } = guarded(house, "1 new", "1 old");
  while (knocks.length < 4) {
    if (house.centralSystem.connected()) house.centralSystem.close(1008);
    await house.clock.step();
  }
  assertEquals([knocks, kept(house)], [["1 new", "1 old", "1 new", "1 old"], ["1 new", "1 old"]]);
});

Deno.test("a medium that refuses: Rejected, no reconnect, and the old password holds", async () => {
  for (const fault of ["lost", "torn"] as const) {
    const house = await bootedHouse(secured(1));
    const { knocks } = guarded(house);
    house.credentials().failWrites(fault, 1);
    assertEquals(await change(house, "AuthorizationKey", NEW), "Rejected");
    await house.advance(60_000);
    assertEquals([knocks, kept(house)], [[], ["1 old"]]);
  }
});

Deno.test("a write that was half done when the power went leaves a charger that comes back, whichever half it was", async () => {
  for (const [kept, admitted] of [[1, "1 new"], [1, "1 old"], [0, "1 old"]] as const) {
    const house = await bootedHouse(secured(1));
    house.disk.commitMs = 1_000;
    house.centralSystem.call("ChangeConfiguration", { key: "AuthorizationKey", value: NEW });
    await house.advance(500);
    const { knocks } = guarded(house, admitted);
    house.cutPower(kept);
    house.disk.commitMs = 0;
    await house.restorePower();
    await house.advance(10_000);
    assertEquals([knocks.at(-1), house.centralSystem.connected()], [admitted, true]);
  }
});

Deno.test("a crash of any of the three at any moment of a change: the charger comes back, and no old password outlives a served one", async () => {
  for (const actor of ["cert_store", "link", "configuration", "outbox"]) {
    for (const afterMs of [0, 100, 500, 1_500]) {
      const house = await bootedHouse(secured(1));
      guarded(house, "1 new", "1 old");
      const id = house.centralSystem.call("ChangeConfiguration", { key: "AuthorizationKey", value: NEW });
      if (afterMs > 0) await house.advance(afterMs);
      house.system().crash(actor);
      await house.advance(60_000);
      assertEquals(house.centralSystem.connected(), true, `${actor} after ${afterMs} ms`);
      await house.ask("ClearCache", {});
      const heard = house.centralSystem.answers.some((answer) =>
        answer.id === id && answer.kind === "CallResult" &&
        (answer.payload as { status: string }).status === "Accepted"
      );
      // A change that was lost before anybody kept it has had no answer, and is none.
      const isOld = !heard && kept(house).join() === "1 old";
      assert(isOld || kept(house).join() === "1 new", `${actor} after ${afterMs} ms: ${kept(house)}`);
    }
  }
});

Deno.test("a charging session does not notice: no contactor moves, and the transaction goes on", async () => {
  const house = await chargingHouse(secured(1));
  let wasOpen = false;
  house.station.watch(() => void (wasOpen ||= !contactorClosed(house)));
  guarded(house, "1 new");
  await change(house, "AuthorizationKey", NEW);
  await house.advance(60_000);
  assertEquals([wasOpen, house.centralSystem.open().length], [false, 1]);
  assertEquals(house.sent("StartTransaction", "StopTransaction"), []);
});

Deno.test("InvalidCentralSystemCertificate and its like: the TLS that fails says which events it is, and the charger keeps trying", async () => {
  const types = {
    certificate: ["InvalidCentralSystemCertificate", "CentralSystemFailedToAuthenticate"],
    version: ["InvalidTLSVersion"],
    cipherSuite: ["InvalidTLSCipherSuite"],
    refusedUs: ["FailedToAuthenticateAtCentralSystem"],
  } as const;
  for (const [fault, expected] of Object.entries(types)) {
    const house = await newHouse(secured(2));
    house.centralSystem.guard(() => fault as keyof typeof types);
    await house.advance(30_000);
    assertEquals(new Set(events(house)), new Set(expected), fault);
    house.centralSystem.guard(() => null);
    await house.advance(60_000);
    assertEquals(house.centralSystem.connected(), true);
  }
  const house = await newHouse(secured(2));
  house.centralSystem.guard(() => "other");
  await house.advance(30_000);
  assertEquals(events(house), []);
});

Deno.test("CentralSystemFailedToAuthenticate: a central system that proves itself wrongly for an hour is logged once, and sent where all are", async () => {
  for (const [sendAll, toldOf] of [["false", 0], ["true", 1]] as const) {
    const house = await bootedHouse({ ...secured(2), settings: { SendAllSecurityEvents: sendAll } });
    house.centralSystem.guard(() => "certificate");
    house.centralSystem.cut();
    await house.advance(3_500_000);
    house.centralSystem.guard(() => null);
    await house.advance(600_000);
    const logged = events(house).filter((type) => type === "CentralSystemFailedToAuthenticate");
    const sent = house.sent("SecurityEventNotification").map(({ payload }) => payload.type);
    assertEquals(logged.length, 1);
    assertEquals(sent.filter((type) => type === "CentralSystemFailedToAuthenticate").length, toldOf);
    assertEquals(sent.filter((type) => type === "InvalidCentralSystemCertificate").length, 1);
  }
});

Deno.test("no secret is told: not in the trace, not by the actors, not by GetConfiguration", async () => {
  const house = await bootedHouse(secured(1));
  await change(house, "AuthorizationKey", NEW);
  await house.advance(10_000);
  const told = JSON.stringify([
    house.traced(),
    ["link", "cert_store", "configuration"].map((actor) => house.system().inspect(actor)),
    await house.ask("GetConfiguration", { key: ["AuthorizationKey"] }),
  ]);
  for (const secret of [OLD, NEW]) assertEquals(told.includes(secret), false);
});
