/**
 * Keys and certificates for tests, made by the `openssl` command: what it says of them is said by nobody of ours.
 *
 * Law: it needs the command (`installed_openssl.ts` tells whether there is one), and leaves no file behind.
 */
import type { Certification, Extensions, KeyKind, Workshop } from "./authority.ts";

export const opensslWorkshop: Workshop = { makeKey, makeRequest, certify };

async function makeKey(kind: KeyKind): Promise<string> {
  const args = kind === "rsa" || kind === "weak"
    ? ["RSA", "-pkeyopt", `rsa_keygen_bits:${kind === "rsa" ? 2_048 : 1_024}`]
    : ["EC", "-pkeyopt", `ec_paramgen_curve:${kind === "p256" ? "P-256" : "P-384"}`];
  return await openssl(["genpkey", "-algorithm", ...args]);
}

async function makeRequest(privateKey: string, subject: string): Promise<string> {
  return await withFiles(
    { key: privateKey },
    (path) => openssl(["req", "-new", "-key", path("key"), "-subj", subject]),
  );
}

/** `openssl ca`, since `openssl x509` cannot choose when a certificate begins to be valid. */
async function certify(order: Certification): Promise<string> {
  const { request, issuer, issuerKey, fromDays, toDays } = order;
  const extensions = ["[extensions]", ...linesOf(order.extensions)].join("\n");
  return await withFiles(
    { request, key: issuerKey, issuer: issuer ?? "", index: "", extensions },
    async (path) => {
      await Deno.writeTextFile(path("config"), configuration(path));
      const signer = issuer === null ? ["-selfsign"] : ["-cert", path("issuer")];
      return await openssl([
        ...["ca", "-batch", "-notext", "-config", path("config"), "-in", path("request")],
        ...["-keyfile", path("key"), ...signer, "-extfile", path("extensions"), "-extensions", "extensions"],
        ...["-startdate", dayFromNow(fromDays), "-enddate", dayFromNow(toDays), "-out", path("certificate")],
      ]).then(() => Deno.readTextFile(path("certificate")));
    },
  );
}

/** Of an extension file. */
function linesOf(
  { ca, pathLength, keyUsage, purposes, alternativeNames, onlyHostsOf, constrainsPolicies, comment }:
    Extensions,
): readonly string[] {
  const longest = pathLength === undefined ? "" : `,pathlen:${pathLength}`;
  return [
    "subjectKeyIdentifier=hash",
    "authorityKeyIdentifier=keyid",
    `basicConstraints=critical,CA:${ca ? "TRUE" : "FALSE"}${longest}`,
    ...(keyUsage === undefined ? [] : [`keyUsage=critical,${keyUsage}`]),
    ...(purposes === undefined ? [] : [`extendedKeyUsage=${purposes}`]),
    ...(alternativeNames === undefined ? [] : [`subjectAltName=${alternativeNames}`]),
    ...(onlyHostsOf === undefined ? [] : [`nameConstraints=critical,permitted;DNS:${onlyHostsOf}`]),
    ...(constrainsPolicies ? ["policyConstraints=critical,requireExplicitPolicy:0"] : []),
    ...(comment === undefined ? [] : [`nsComment=${comment}`]),
  ];
}

function configuration(path: (name: string) => string): string {
  const anySubject = [
    "countryName",
    "organizationName",
    "organizationalUnitName",
    "commonName",
    "serialNumber",
  ];
  return [
    ...["[ca]", "default_ca=house", "[house]", `database=${path("index")}`, `new_certs_dir=${path("")}`],
    ...[
      "default_md=sha256",
      "unique_subject=no",
      "rand_serial=yes",
      "preserve=yes",
      "policy=policy",
      "[policy]",
    ],
    ...anySubject.map((name) => `${name}=optional`),
  ].join("\n");
}

/** As `openssl ca` reads it: YYYYMMDDHHMMSSZ. */
function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, "");
}

async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  use: (path: (name: string) => string) => Promise<T>,
): Promise<T> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-authority-" });
  const path = (name: string) => `${directory}/${name}`;
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(path(name), text);
    return await use(path);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function openssl(args: readonly string[]): Promise<string> {
  const command = new Deno.Command("openssl", { args: [...args], stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`openssl ${args.join(" ")} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
