/** Where a proof is dialled, and what goes with it (OCPP-J 1.6 §3.1.1, security white paper A00). */
import { assertEquals } from "@std/assert";
import { targetOf } from "../../actors/dialling.ts";
import type { WebSocketTarget } from "../../hal/websocket.ts";
import type { Proof } from "../../protocol/proof.ts";
import type { Credentials } from "../../storage/credentials.ts";

const CERTIFICATE = { chain: "a chain", keyId: "one" };
/** Everything is there, whatever the profile makes of it. */
const PROOF = { number: 1, authorizationKey: "00ff".repeat(8), certificate: CERTIFICATE };
const limits = { subprotocols: ["ocpp1.6"], handshakeTimeoutMs: 1, closeTimeoutMs: 2, payloadBytesMax: 3 };
const cipherSuites = ["TLS_AES_128_GCM_SHA256"] as const;

function dialled(
  securityProfile: Proof["securityProfile"],
  more: Partial<Credentials> = {},
  wildcards = false,
): WebSocketTarget {
  const proof: Proof = { ...PROOF, securityProfile };
  const credentials: Credentials = {
    chargePointId: "CP 1/ü",
    csmsUrl: "ws://csms.test:8080/ocpp",
    proofs: [proof],
    roots: [
      { certificateType: "ManufacturerRootCertificate", pem: "the maker's" },
      { certificateType: "CentralSystemRootCertificate", pem: "the operator's" },
    ],
    ...more,
  };
  return targetOf(credentials, proof, { limits, cipherSuites, wildcards });
}

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `dialling: ${sentence}`, permissions: "none" }, body);
}

const tls = { roots: ["the operator's"], cipherSuites, wildcards: false };
const password = Uint8Array.from({ length: 16 }, (_, at) => at % 2 === 0 ? 0 : 255);
const basicAuth = { username: "CP 1/ü", password };
const path = "csms.test:8080/ocpp/CP%201%2F%C3%BC";

check("profile 0 is in the clear, with nothing", () => {
  assertEquals(dialled(0), { ...limits, url: `ws://${path}` });
});

check("A00.FR.202: profile 1 is in the clear, with the password's bytes", () => {
  assertEquals(dialled(1), { ...limits, url: `ws://${path}`, basicAuth });
});

check("A00.FR.301: profile 2 is TLS with the password, and the roots of the central system alone", () => {
  assertEquals(dialled(2), { ...limits, url: `wss://${path}`, basicAuth, tls });
});

check("A00.FR.401, TC_086: profile 3 is TLS with the certificate, and without the password", () => {
  assertEquals(dialled(3), { ...limits, url: `wss://${path}`, tls: { ...tls, certificate: CERTIFICATE } });
});

check("A00.FR.006: profiles 2 and 3 are dialled where they are served, if that is elsewhere", () => {
  const elsewhere = { csmsSecureUrl: "wss://secure.test/" };
  const urls = ([0, 1, 2, 3] as const).map((profile) => new URL(dialled(profile, elsewhere).url).host);
  assertEquals(urls, ["csms.test:8080", "csms.test:8080", "secure.test", "secure.test"]);
  assertEquals(dialled(2, elsewhere).url, "wss://secure.test/CP%201%2F%C3%BC");
});

check("AllowCSMSTLSWildcards goes with it", () => {
  assertEquals(dialled(2, {}, true).tls?.wildcards, true);
});
