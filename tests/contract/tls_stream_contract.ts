/**
 * What both drivers of TLS promise, against servers that neither of them has written.
 *
 * Law: where a driver cannot tell one fault from another, `Untold` says so; that it refuses is never allowed for. (White
 * paper §2 and §3; its requirements FR.301 to FR.427 in brackets.)
 */
import type { Socket } from "node:net";
import { assert, assertEquals } from "@std/assert";
import type { PrivateKeys, StreamDriver, TlsFacts, TlsFault, TlsOptions } from "../../hal/stream.ts";
import type { Workshop } from "../tls/authority.ts";
import type { Certificates, ServerName } from "../tls/certificates.ts";
import { type Needed, needing } from "../tls/installed_openssl.ts";
import { opensslWorkshop } from "../tls/openssl_workshop.ts";
import { ownWorkshop } from "../tls/own_workshop.ts";
import { startRefusingServer } from "../tls/refusing_server.ts";
import { createTlsLab, dial, type Outcome, type PlainServer, target, type TlsLab } from "../tls/tls_lab.ts";
import type { TlsServerOptions } from "../tls/tls_server.ts";

/** By the name of a case: the fault that the driver tells instead. */
export type Untold = Readonly<Record<string, TlsFault>>;

export interface TlsDriver {
  readonly name: string;
  readonly create: (keys: PrivateKeys) => StreamDriver;
  readonly untold: Untold;
  readonly needs: Needed;
}

type Target = { readonly host?: string; readonly address?: string } & Partial<TlsOptions>;
type Served = Partial<Omit<TlsServerOptions, "forwardTo">>;

type Cases = Readonly<Record<string, Case>>;

interface Case {
  readonly of?: ServerName;
  readonly served?: Served | ((certificates: Certificates) => Served);
  readonly target?: Target | ((certificates: Certificates) => Target);
  readonly gets?: Partial<TlsFacts>;
}

/** Once with certificates that we have made, once with those of the `openssl` command. */
export function checkTlsStream(driver: TlsDriver): void {
  const name = `${driver.name} keeps the contract of TLS`;
  const driven = needing(driver.needs, name);
  const made = needing("command", `${driven.name}, with certificates made by openssl`);
  Deno.test({ ...driven, fn: (test) => checkContract(test, driver, ownWorkshop) });
  Deno.test({
    ...{ name: made.name, ignore: driven.ignore || made.ignore },
    fn: (test) => checkContract(test, driver, opensslWorkshop),
  });
}

async function checkContract(test: Deno.TestContext, driver: TlsDriver, workshop: Workshop): Promise<void> {
  await using lab = await createTlsLab(driver.create, workshop);
  const unproven = await lab.plain((socket) => socket.pipe(socket));
  for (const [fault, cases] of Object.entries(refused) as [TlsFault, Cases][]) {
    for (const [name, what] of Object.entries(cases)) {
      await test.step(`refuses and tells the fault ${fault}: ${name}`, async () => {
        assertFault(await attempt(lab, what, unproven), driver.untold[name] ?? fault);
      });
    }
  }
  for (const [name, what] of Object.entries(accepted)) {
    await test.step(`accepts and tells how: ${name}`, async () => {
      const outcome = await attempt(lab, what);
      assert(outcome.kind === "echoed" && outcome.tls !== undefined, JSON.stringify(outcome));
      assertEquals({ ...outcome.tls, ...what.gets }, outcome.tls);
      assertEquals(outcome.tls.peerChain[0], lab.certificates.server[what.of ?? "p256"].certificate);
    });
  }
  for (const version of ["tls1_2", "tls1_3"] as const) await checkRefusals(test, driver, lab, version);
  await checkRawPeers(test, lab);
  // By now whatever was on its way has come.
  assertEquals(unproven.bytesRead(), 0, "bytes said to a peer that is not proven");
}

async function checkRefusals(
  test: Deno.TestContext,
  driver: TlsDriver,
  lab: TlsLab,
  version: "tls1_2" | "tls1_3",
): Promise<void> {
  const { root, strangeClient, server } = lab.certificates;
  const clients = {
    "our certificate": { certificate: { chain: strangeClient.chain, keyId: "strange" } },
    "that we have no certificate": {},
  };
  for (const [what, own] of Object.entries(clients)) {
    const name = `${what}, ${version}`;
    await test.step({
      ...needing("command", `tells that the peer refuses us: ${name}`),
      fn: async () => {
        await using peer = await startRefusingServer(server.p256, root.certificate, version);
        assertFault(await dial(lab, { port: peer.port, ...own }), driver.untold[name] ?? "refusedUs");
      },
    });
  }
}

async function checkRawPeers(test: Deno.TestContext, lab: TlsLab): Promise<void> {
  const peers: Readonly<Record<string, (socket: Socket) => void>> = {
    "hangs up at once": (socket) => socket.end(),
    "hangs up on our hello": (socket) => socket.once("data", () => socket.end()),
    "hangs up within its hello": (socket) => socket.once("data", () => socket.end(helloCutShort)),
    "speaks HTTP": (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
  };
  for (const [name, serve] of Object.entries(peers)) {
    await test.step(`refuses a peer that ${name}`, async () => {
      assertFault(await dial(lab, { port: (await lab.plain(serve)).port }), "other");
    });
  }
  await test.step("leaves what the network does to the network", async () => {
    // Port 1 (tcpmux) is served nowhere.
    assertEquals((await dial(lab, { port: 1 })).kind, "network");
  });
  await test.step("lets go of a peer that never answers, when it is told to", async () => {
    const come = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const { port } = await lab.plain((socket) => {
      socket.once("data", () => come.resolve());
      socket.on("close", letGo.resolve).on("end", letGo.resolve);
    });
    const { stream } = lab.driver.dial(target(lab, { port }));
    stream.on("error", () => {});
    await come.promise;
    stream.destroy();
    await letGo.promise;
  });
}

/** The head of a handshake record of 80 bytes, of which one comes (RFC 8446 §5.1). */
const helloCutShort = Uint8Array.of(0x16, 0x03, 0x03, 0x00, 0x50, 0x02);

async function attempt(lab: TlsLab, what: Case, plain: PlainServer = lab.echo): Promise<Outcome> {
  const { of = "p256", served = {}, target = {} } = what;
  const { chain, privateKey } = lab.certificates.server[of];
  const options = typeof served === "function" ? served(lab.certificates) : served;
  const { port } = await lab.server.listen({ chain, privateKey, forwardTo: plain.port, ...options });
  return await dial(lab, { port, ...(typeof target === "function" ? target(lab.certificates) : target) });
}

function assertFault(outcome: Outcome, expected: TlsFault): void {
  assertEquals(outcome.kind, "failed", JSON.stringify(outcome));
  assertEquals(outcome.kind === "failed" && outcome.fault, expected, JSON.stringify(outcome));
}

const legacy = { ciphers: "DEFAULT:@SECLEVEL=0", minVersion: "TLSv1" } as const;
const weak = { ciphers: "DEFAULT:@SECLEVEL=0" } as const;
const alone = { maxVersion: "TLSv1.2" } as const;

const accepted: Cases = {
  "RSA 2048, TLS 1.3 (FR.316)": { of: "rsa", gets: { version: "TLSv1.3" } },
  "RSA 2048, TLS 1.2 (FR.312)": {
    of: "rsa",
    served: { ...alone, ciphers: "ECDHE-RSA-AES256-GCM-SHA384" },
    gets: { version: "TLSv1.2", cipherSuite: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
  },
  "P-256, TLS 1.2 (FR.318)": {
    served: { ...alone, ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" },
    gets: { version: "TLSv1.2", cipherSuite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
  },
  "only suites of TLS 1.3": {
    target: { cipherSuites: ["TLS_AES_256_GCM_SHA384"] },
    gets: { version: "TLSv1.3", cipherSuite: "TLS_AES_256_GCM_SHA384" },
  },
  "only suites of TLS 1.2": {
    target: { cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"] },
    gets: { version: "TLSv1.2" },
  },
  "the name in the common name alone (FR.308, FR.510)": { of: "nameInCommonName" },
  "an address among the alternative names": { target: { host: "127.0.0.1" } },
  "a wildcard, where they are allowed": { of: "wildcard", target: { host: "127.0.1", wildcards: true } },
  "a wildcard in the common name, where they are allowed": {
    of: "wildcardInCommonName",
    target: { host: "127.0.1", wildcards: true },
  },
  "a CA that may sign for our host (RFC 5280 §4.2.1.10)": { of: "byConstrainedToUs" },
  "a name that ends in a dot": { target: { host: "localhost.", address: "127.0.0.1" } },
  "no wildcard, where they are allowed": { target: { wildcards: true } },
  "what it is for is said (FR.512)": { of: "forServers" },
  "a key for key exchange, however it is used (FR.512)": { of: "forKeyExchange" },
  "an intermediate as the root": { target: ({ intermediate }) => ({ roots: [intermediate.certificate] }) },
  "a root that another one has signed, which is unknown (M05.FR.13)": {
    target: ({ crossSigned }) => ({ roots: [crossSigned] }),
  },
  "the right one of several roots": {
    target: ({ root, otherRoot }) => ({ roots: [otherRoot.certificate, root.certificate] }),
  },
  "the right one of two roots of one name and key, the other of which allows no CA below it": {
    target: ({ root, rootsAgain }) => ({ roots: [rootsAgain.short, root.certificate] }),
  },
  "the right one of two roots of one name and key, the other of which is for other hosts": {
    target: ({ root, rootsAgain }) => ({ roots: [rootsAgain.elsewhere, root.certificate] }),
  },
  "a peer that sends its certificate twice": {
    served: ({ server: { p256 } }) => ({ chain: p256.certificate + p256.chain }),
  },
  "a peer that sends its root first, and others": {
    served: ({ server: { p256 }, root, otherRoot, intermediate }) => ({
      chain: [p256, root, otherRoot, intermediate].map(({ certificate }) => certificate).join(""),
    }),
  },
  "a peer that leaves out an intermediate which is installed": {
    served: ({ server }) => ({ chain: server.p256.certificate }),
    target: ({ root, intermediate }) => ({ roots: [root.certificate, intermediate.certificate] }),
  },
};

const refused: Readonly<Partial<Record<TlsFault, Cases>>> = {
  certificate: {
    "expired": { of: "expired" },
    "not yet valid": { of: "notYetValid" },
    "another host, whatever the common name says (RFC 2818 §3.1)": { of: "otherHost" },
    "another common name": { of: "otherCommonName" },
    "an address that is not among the alternative names": {
      of: "nameInCommonName",
      target: { host: "127.0.0.1" },
    },
    "another root": { of: "byOtherRoot" },
    "no root is installed: nor is one of the system's or of Deno's": { target: { roots: [] } },
    "an issuer that is no authority (RFC 5280 §6.1.4)": { of: "byNoAuthority" },
    "a leaf that is only to sign certificates (FR.512)": { of: "forCertificates" },
    "a leaf for TLS clients": { of: "forClients" },
    "a leaf that is a CA's": { of: "authority" },
    "an issuer that is not to sign certificates (FR.512)": { of: "byUnwilling" },
    "an issuer with RSA of 1024 bits (FR.502)": { of: "byWeak", served: weak },
    "a root that has expired": {
      of: "byExpiredRoot",
      target: ({ expiredRoot }) => ({ roots: [expiredRoot.certificate] }),
    },
    "a CA below a root that allows none (RFC 5280 §4.2.1.9)": {
      of: "belowShortRoot",
      target: ({ shortRoot }) => ({ roots: [shortRoot.certificate] }),
    },
    "a CA that may sign for other hosts alone (RFC 5280 §4.2.1.10)": { of: "namedByConstrained" },
    "and the name in the common name alone": { of: "byConstrained" },
    "the name in the common name alone, below whichever CA is constrained": {
      of: "inCommonNameByConstrainedToUs",
    },
    "a CA with a critical extension that is not understood (RFC 5280 §4.2)": { of: "byPolicyConstrained" },
    "without its intermediate": { served: ({ server }) => ({ chain: server.p256.certificate }) },
    "RSA of 1024 bits (FR.502)": { of: "weakKey", served: weak },
    "a wildcard (AllowCSMSTLSWildcards)": { of: "wildcard", target: { host: "127.0.1" } },
    "a wildcard for a part of a label": { of: "partWildcard", target: { host: "127.0.1", wildcards: true } },
    "a wildcard for a part of a label in the common name": {
      of: "partWildcardInCommonName",
      target: { host: "127.0.1", wildcards: true },
    },
    "a wildcard in the common name": { of: "wildcardInCommonName", target: { host: "127.0.1" } },
  },
  version: {
    "TLS 1.0 and 1.1 only (FR.315)": { of: "rsa", served: { ...legacy, maxVersion: "TLSv1.1" } },
    "TLS 1.1 only": { of: "rsa", served: { ...legacy, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" } },
  },
  cipherSuite: {
    "none of ours: CBC (FR.319)": { of: "rsa", served: { ...alone, ciphers: "ECDHE-RSA-AES128-SHA" } },
    "none of ours: no forward secrecy, CBC": { of: "rsa", served: { ...alone, ciphers: "AES128-SHA" } },
  },
  other: {
    "a root that cannot be read": { target: { roots: ["no certificate"] } },
    "a certificate of ours that cannot be read": {
      target: { certificate: { chain: "no certificate", keyId: "own" } },
    },
    "a key that is not there": {
      target: ({ client }) => ({ certificate: { chain: client.chain, keyId: "lost" } }),
    },
    "a key that cannot be read": {
      target: ({ client }) => ({ certificate: { chain: client.chain, keyId: "damaged" } }),
    },
    "a key of another certificate": {
      target: ({ client }) => ({ certificate: { chain: client.chain, keyId: "strange" } }),
    },
  },
};
