/** The rehearsal: what another profile, password or root would come to, with nothing changed (issue 6, Security). */
import { assertEquals } from "@std/assert";
import { rehearsalEndpoint } from "../../console/rehearsal.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import type { SimulatedPeer } from "../../hal/drivers/simulated_peer.ts";
import { createSimulatedNetwork } from "../../hal/drivers/simulated_websocket.ts";
import type { Credentials } from "../../storage/credentials.ts";
import { createMemoryCredentials } from "../../storage/drivers/memory_credentials.ts";

const OLD = "6f6c6420".repeat(4);
const KEPT: Credentials = {
  chargePointId: "CP001",
  csmsUrl: "ws://csms.test/ocpp",
  proofs: [{ number: 2, securityProfile: 2, authorizationKey: "00".repeat(16) }, {
    number: 1,
    securityProfile: 1,
    authorizationKey: OLD,
  }],
  roots: [{ certificateType: "CentralSystemRootCertificate", pem: "installed" }],
};

function scene(kept: Credentials = KEPT, isRunning = true) {
  const clock = createSimulatedClock({ startWallMs: 0 });
  const entropy = createSimulatedEntropy("rehearsal");
  const network = createSimulatedNetwork({ clock, entropy, latencyMs: { min: 0, max: 0 } });
  const credentials = createMemoryCredentials(kept);
  const knocks: SimulatedPeer["request"][] = [];
  const endpoint = rehearsalEndpoint({
    credentials: credentials.store,
    websocket: network.driver,
    dialling: {
      limits: {
        subprotocols: ["ocpp1.6"],
        handshakeTimeoutMs: 20_000,
        closeTimeoutMs: 5_000,
        payloadBytesMax: 1_000,
      },
      cipherSuites: ["TLS_AES_128_GCM_SHA256"],
    },
    wildcards: () => isRunning ? Promise.resolve(false) : null,
  });

  async function rehearse(
    body: unknown,
    answer: (peer: SimulatedPeer) => void = (peer) => peer.open("ocpp1.6"),
  ) {
    network.accept((peer) => {
      knocks.push(peer.request);
      answer(peer);
    });
    const answered = Promise.resolve(endpoint.answer({
      names: [],
      query: new URLSearchParams(),
      body: () => Promise.resolve(JSON.stringify(body)),
      answered: Promise.resolve(),
    }));
    let isOver = false;
    answered.then(() => isOver = true);
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await clock.advance(1_000);
    }
    const response = await answered;
    return [response.status, await response.json()] as const;
  }

  return { rehearse, knocks, held: credentials.held, endpoint };
}

async function says(body: unknown, answer?: (peer: SimulatedPeer) => void): Promise<string> {
  const [status, told] = await scene().rehearse(body, answer);
  assertEquals(status, 200);
  return told.says;
}

Deno.test("POST /security/rehearse: nothing different is the settings that hold, and they would open", async () => {
  const { rehearse, knocks, held } = scene();
  assertEquals(await rehearse({}), [200, {
    securityProfile: 1,
    url: "ws://csms.test/ocpp/CP001",
    wouldOpen: true,
    says: "the connection would open; whether the central system then serves it a rehearsal cannot tell",
    tls: null,
  }]);
  assertEquals(knocks.map(({ basicAuth }) => new TextDecoder().decode(basicAuth?.password)), [
    "old ".repeat(4),
  ]);
  assertEquals(held(), KEPT);
});

Deno.test("POST /security/rehearse: another profile, password and root are dialled, and nothing is changed", async () => {
  const { rehearse, knocks, held } = scene();
  const change = { securityProfile: 2, authorizationKey: "a-new-password-1", rootCertificates: ["given"] };
  const [status, { securityProfile, url }] = await rehearse(change);
  assertEquals([status, securityProfile, url], [200, 2, "wss://csms.test/ocpp/CP001"]);
  assertEquals(new TextDecoder().decode(knocks[0]?.basicAuth?.password), "a-new-password-1");
  assertEquals(knocks[0]?.tls?.roots, ["given"]);
  assertEquals(held(), KEPT);
});

Deno.test("POST /security/rehearse: a lower profile is 409, and no password goes out in the clear", async () => {
  const certified = {
    ...KEPT.proofs[0],
    securityProfile: 3,
    certificate: { chain: "own", keyId: "one" },
  } as const;
  for (const [served, lower] of [[KEPT.proofs[0], 1], [KEPT.proofs[0], 0], [certified, 2]] as const) {
    const { rehearse, knocks } = scene({ ...KEPT, proofs: [served] });
    assertEquals(await rehearse({ securityProfile: lower }), [409, {
      error:
        `rehearse security profile ${served.securityProfile} or a higher one, not ${lower}: it never goes down`,
    }]);
    assertEquals(knocks, []);
  }
});

Deno.test("POST /security/rehearse: the newest proof, which no success has confirmed yet, its certificate included", async () => {
  const certificate = { chain: "new", keyId: "two" };
  const newest = { number: 3, securityProfile: 3, certificate } as const;
  const { rehearse, knocks } = scene({ ...KEPT, proofs: [newest, ...KEPT.proofs] });
  const [status, { securityProfile }] = await rehearse({ proof: "newest" });
  assertEquals([status, securityProfile, knocks[0]?.tls?.certificate], [200, 3, certificate]);
  assertEquals(knocks[0]?.basicAuth, undefined);
});

Deno.test("POST /security/rehearse: the certificate that was accepted last and is not valid yet, which shows in profile 3 alone", async () => {
  const own = { chain: "own", keyId: "one" };
  const [sooner, later] = [{ chain: "sooner", keyId: "two" }, { chain: "later", keyId: "three" }];
  const served = { number: 1, securityProfile: 3, certificate: own } as const;
  for (const proof of [served, { ...served, securityProfile: 2, authorizationKey: OLD }] as const) {
    const { rehearse, knocks, held } = scene({ ...KEPT, proofs: [proof], upcoming: [sooner, later] });
    const before = held();
    const [status, { securityProfile, wouldOpen }] = await rehearse({ proof: "upcoming" });
    assertEquals([status, securityProfile, wouldOpen], [200, 3, true]);
    assertEquals([knocks[0]?.tls?.certificate, knocks[0]?.basicAuth, held()], [later, undefined, before]);
    const [, { says }] = await rehearse({ proof: "upcoming" }, (peer) => peer.failTls("refusedUs"));
    assertEquals(
      says,
      "the central system would refuse this charger's certificate: TLS failed: refusedUs; it is not valid yet, which may be why",
    );
  }
  const { rehearse, knocks } = scene();
  assertEquals(await rehearse({ proof: "upcoming" }), [409, {
    error:
      "let the central system sign a certificate that begins later first: there is none that is not valid yet",
  }]);
  assertEquals(knocks, []);
});

Deno.test("POST /security/rehearse: it says why it would not open", async () => {
  assertEquals(
    await says({}, (peer) => peer.refuse(401)),
    "the central system would refuse it with HTTP 401",
  );
  assertEquals(await says({}, (peer) => peer.cut()), "no connection: connection refused");
  assertEquals(await says({}, () => {}), "the central system would not answer in time");
  assertEquals(
    await says({}, (peer) => peer.open("ocpp2.0.1")),
    'the central system would answer with sub-protocol "ocpp2.0.1", not ocpp1.6',
  );
  const faults = {
    certificate: "the central system's certificate would not be trusted: TLS failed: certificate",
    version: "the central system's version of TLS would be refused: TLS failed: version",
    cipherSuite: "there is no cipher suite in common: TLS failed: cipherSuite",
    refusedUs: "the central system would refuse this charger's certificate: TLS failed: refusedUs",
    other: "TLS would fail: TLS failed: other",
  } as const;
  for (const [fault, sentence] of Object.entries(faults)) {
    const told = await says({ securityProfile: 2 }, (peer) => peer.failTls(fault as keyof typeof faults));
    assertEquals(told, sentence);
  }
});

Deno.test("POST /security/rehearse: what the profile needs and is not there is 409, and nobody is called", async () => {
  const bare: Credentials = { ...KEPT, proofs: [{ number: 1, securityProfile: 0 }], roots: [] };
  const { rehearse, knocks } = scene(bare);
  assertEquals(await rehearse({ securityProfile: 1 }), [409, {
    error: "give a password: security profile 1 needs one",
  }]);
  assertEquals(await rehearse({ securityProfile: 3 }), [409, {
    error: "let the central system sign a certificate first: security profile 3 needs one",
  }]);
  const keyed = { securityProfile: 2, authorizationKey: "a-new-password-1" };
  assertEquals(await rehearse(keyed), [409, {
    error: "give rootCertificates: security profiles 2 and 3 need one, and none is installed",
  }]);
  assertEquals(knocks, []);
});

Deno.test("POST /security/rehearse: what is no change is 400 and never quoted; without a tree it is 503", async () => {
  const { rehearse } = scene();
  assertEquals(await rehearse({ authorizationKey: "hunter2" }), [400, {
    error: "the password: write 32 to 40 hexadecimal digits, or 16 to 20 plain characters",
  }]);
  for (const body of [{ securityProfile: 4 }, { certificate: "x" }, [], "x"]) {
    assertEquals((await rehearse(body))[0], 400, JSON.stringify(body));
  }
  assertEquals((await scene(KEPT, false).rehearse({}))[0], 503);
});

Deno.test("POST /security/rehearse: one at a time", async () => {
  const { rehearse } = scene();
  const first = rehearse({}, () => {});
  const second = rehearse({}, () => {});
  assertEquals([(await first)[0], (await second)[0]], [200, 409]);
  assertEquals((await rehearse({}))[0], 200);
});
