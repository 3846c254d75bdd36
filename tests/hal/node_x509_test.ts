/** X.509 with node's cryptography, on certificates that `openssl` has made too: it reads and hashes as openssl does. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createNodeX509 } from "../../hal/drivers/node_x509.ts";
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import { ChargePointCertificate } from "../../protocol/proof.ts";
import { InstalledRoot } from "../../storage/credentials.ts";
import { openKeyRing } from "../../storage/drivers/key_ring_files.ts";
import type { KeyKind, KeyRing } from "../../storage/key_ring.ts";
import { testX509, type X509UnderTest } from "../contract/x509_contract.ts";
import { makeAuthority, type Workshop } from "../tls/authority.ts";
import { needing } from "../tls/installed_openssl.ts";
import { opensslWorkshop } from "../tls/openssl_workshop.ts";
import { ownWorkshop } from "../tls/own_workshop.ts";

const x509 = createNodeX509();

const { name, ignore } = needing("command", "node, with certificates made by openssl");
testX509("node", () => under(ownWorkshop));
testX509(name, () => under(opensslWorkshop), ignore);

async function under(workshop: Workshop): Promise<X509UnderTest> {
  return {
    x509,
    ring: await ringWith("P-256"),
    root: async (organization, commonName) => {
      const authority = await makeAuthority({ subject: `/O=${organization}/CN=${commonName}` }, workshop);
      return { certificate: authority.certificate, sign: (request) => authority.sign(request) };
    },
    nowMs: () => Date.now(),
  };
}

/** On what only the command can say or make. */
function check(promise: string, fn: () => Promise<void>): void {
  Deno.test({ ...needing("command", promise), fn });
}

for (const kind of ["P-256", "RSA-2048"] as const) {
  check(`a signing request of ${kind}: openssl verifies it, and reads the names`, async () => {
    const ring = await ringWith(kind);
    const request = x509.signingRequest({
      organization: "Öl & Strom",
      commonName: "SN-0001",
      publicKey: ring.publicKey("k1") ?? "",
      sign: (bytes) => ring.sign("k1", bytes),
    });
    const text = await openssl(
      ["req", "-verify", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus"],
      request,
    );
    assertMatch(text, /self-signature verify OK/);
    assertMatch(text, /Subject: O=Öl & Strom,CN=SN-0001/);
    assertMatch(text, kind === "P-256" ? /ecdsa-with-SHA256/ : /sha256WithRSAEncryption/);
  });
}

check("hash data as `openssl ocsp` computes them, for every algorithm; 4095 is FFF", async () => {
  const root = await selfSigned(["-newkey", "rsa:2048"], "/O=Operator/CN=Root");
  const directory = await Deno.makeTempDir({ prefix: "chargerd-ocsp-" });
  try {
    await Deno.writeTextFile(`${directory}/root.pem`, root.pem);
    const own = ["-issuer", `${directory}/root.pem`, "-cert", `${directory}/root.pem`];
    for (const algorithm of ["SHA256", "SHA384", "SHA512"] as const) {
      const printed = await openssl(
        ["ocsp", `-${algorithm.toLowerCase()}`, ...own, "-req_text", "-no_nonce"],
        "",
      );
      // It breaks long numbers.
      const text = printed.replaceAll("\\\n", "");
      assertEquals(x509.hashData(root, root, algorithm), {
        hashAlgorithm: algorithm,
        issuerNameHash: /Issuer Name Hash: (\w+)/.exec(text)?.[1] ?? "",
        issuerKeyHash: /Issuer Key Hash: (\w+)/.exec(text)?.[1] ?? "",
        serialNumber: "FFF",
      });
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

const pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"];
const made: readonly [string, readonly string[], string][] = [
  ["RSA of 2048 bits", ["-newkey", "rsa:2048", "-sha256"], "RSA 2048 RSA SHA256 signed"],
  ["RSA of 1024 bits", ["-newkey", "rsa:1024", "-sha384"], "RSA 1024 RSA SHA384 signed"],
  ["RSA over SHA1", ["-newkey", "rsa:2048", "-sha1"], "RSA 2048 RSA SHA1 not signed"],
  ["RSA-PSS", ["-newkey", "rsa:2048", "-sha512", ...pss], "RSA 2048 RSA-PSS SHA512 signed"],
  ["a key for RSA-PSS alone", ["-newkey", "rsa-pss"], "RSA 2048 RSA-PSS SHA256 signed"],
  ["P-224", ec("P-224"), "EC 224 ECDSA SHA256 signed"],
  ["P-256", ec("P-256"), "EC 256 ECDSA SHA256 signed"],
  ["P-384", [...ec("P-384"), "-sha384"], "EC 384 ECDSA SHA384 signed"],
  ["P-521", [...ec("P-521"), "-sha512"], "EC 521 ECDSA SHA512 signed"],
  ["a curve that is not known", ec("brainpoolP256r1"), "EC 0 ECDSA SHA256 not signed"],
  ["Ed25519", ["-newkey", "ed25519"], "other 0 other other not signed"],
];
for (const [name, options, expected] of made) {
  check(`key and signature are told: ${name}`, async () => {
    const certificate = await selfSigned(options, "/O=Operator/CN=Root");
    const { publicKey, signature } = certificate;
    const signed = x509.isSignedBy(certificate, certificate) ? "signed" : "not signed";
    assertEquals(
      [publicKey.kind, publicKey.bits, signature.kind, signature.hash, signed].join(" "),
      expected,
    );
  });
}

check(
  "extensions are told: path length, key usages, purposes, and what is critical and not known",
  async () => {
    const extensions = [
      ["-addext", "basicConstraints=critical,CA:TRUE,pathlen:200"],
      ["-addext", "keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign,cRLSign"],
      ["-addext", "extendedKeyUsage=clientAuth,serverAuth"],
      ["-addext", "nameConstraints=critical,permitted;DNS:example.com"],
    ].flat();
    const certificate = await selfSigned([...ec("P-256"), ...extensions], "/CN=Root");
    assertEquals(certificate.version, 3);
    assertEquals(certificate.basicConstraints, { isCa: true, pathLength: 200 });
    assertEquals(certificate.keyUsage, ["digitalSignature", "keyEncipherment", "keyCertSign", "other"]);
    assertEquals(certificate.extendedKeyUsage, ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"]);
    assertEquals([certificate.unknownCritical, certificate.hasNameConstraints], [["2.5.29.30"], true]);
  },
);

Deno.test("whatever octet of it is changed, it is malformed, or not signed any more", async () => {
  const root = x509.parse((await makeAuthority({ subject: "/O=Operator/CN=Root" })).certificate);
  assert(root.kind === "parsed" && root.certificates[0] !== undefined);
  const [certificate] = root.certificates;
  const base64 = certificate.pem.replace(/-----[^-]+-----|\n/g, "");
  const der = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  for (const at of der.keys()) {
    for (const change of [0x01, 0x80]) {
      const changed = der.with(at, (der[at] ?? 0) ^ change);
      const parsed = x509.parse(pemOf(changed));
      const [one] = parsed.kind === "parsed" ? parsed.certificates : [];
      if (one !== undefined) assert(!x509.isSignedBy(one, certificate), `octet ${at}`);
    }
    assertEquals(x509.parse(pemOf(der.subarray(0, at))).kind, "malformed", `${at} octets`);
  }
});

async function ringWith(kind: KeyKind): Promise<KeyRing> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-keys-" });
  const { ring } = await openKeyRing(directory);
  await new Promise((resolve) => ring.generate("k1", kind, resolve));
  await Deno.remove(directory, { recursive: true });
  return ring;
}

async function selfSigned(options: readonly string[], subject: string): Promise<CertificateFacts> {
  const args = ["req", "-x509", "-nodes", "-keyout", "/dev/null", "-set_serial", "4095", "-subj", subject];
  const parsed = x509.parse(await openssl([...args, ...options], ""));
  assert(parsed.kind === "parsed" && parsed.certificates[0] !== undefined, JSON.stringify(parsed));
  return parsed.certificates[0];
}

function ec(curve: string): readonly string[] {
  return ["-newkey", "ec", "-pkeyopt", `ec_paramgen_curve:${curve}`, "-sha256"];
}

function pemOf(der: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...der));
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

/** What it says on either stream. */
async function openssl(args: readonly string[], input: string): Promise<string> {
  const command = new Deno.Command("openssl", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`openssl ${args.join(" ")} failed: ${said}`);
  return said;
}

Deno.test("A02, M05: what fits into a message fits into the credentials, though it came in one line", async () => {
  const authority = await makeAuthority({ subject: "/O=Owner/CN=root" });
  const { certificate } = await authority.issue({ subject: "/O=Owner/CN=long", comment: "x".repeat(3_620) });
  const oneLine = certificate.replace(/\n(?!-----END|$)/g, "").replace("-----BEGIN CERTIFICATE-----", "$&\n")
    .trim();
  assert(oneLine.length > 5_300 && oneLine.length <= 5_500, `${oneLine.length}`);
  const parsed = x509.parse(oneLine);
  assert(parsed.kind === "parsed");
  const pem = parsed.certificates[0]?.pem ?? "";
  // As if the message had been filled to the last character.
  const longest = pem.length + Math.ceil(((5_500 - oneLine.length) * 65) / 64);
  assert(
    InstalledRoot.safeParse({ certificateType: "CentralSystemRootCertificate", pem: "x".repeat(longest) })
      .success,
  );
  const oneAfterTheOther = "x".repeat(longest + Math.ceil(4_500 * 66 / 64));
  assert(ChargePointCertificate.safeParse({ chain: oneAfterTheOther, keyId: "k1" }).success);
  assert(longest > 5_500, "and that is more than the message had");
});
