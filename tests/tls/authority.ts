/**
 * Certificates for tests, made by the `openssl` command: what it says of them is said by nobody of ours.
 *
 * Law: nothing of it outlives the process, nor is any of it in the repository: a test certificate never expires there.
 */

/** `rsa` is 2048 bits, `weak` 1024; the others are P-256 and P-384. */
export type KeyKind = "rsa" | "weak" | "p256" | "p384";

export interface Subject {
  /** As `openssl` writes it: `/O=Owner/CN=name`. */
  readonly subject: string;
  /** Default `p256`, the fastest to make; or a private key that there is already (an RSA one may take a second). */
  readonly key?: KeyKind | { readonly pem: string };
  /** Days from now, default -1 and 30. */
  readonly fromDays?: number;
  readonly toDays?: number;
}

export interface LeafRequest extends Subject {
  /** As `openssl` writes it: `DNS:a.test,IP:127.0.0.1`. Without it there is only the common name. */
  readonly alternativeNames?: string;
  /** Other lines of an extension file, e.g. `keyUsage=critical,digitalSignature`. */
  readonly extensions?: readonly string[];
}

/** All are PEM. */
export interface Issued {
  readonly certificate: string;
  /** The certificate, then its issuers, without the root. */
  readonly chain: string;
  readonly privateKey: string;
}

export interface Authority extends Issued {
  readonly issue: (request: LeafRequest) => Promise<Issued>;
  /** For a request of somebody else (PKCS#10, PEM), under the subject that stands in it; `chain` as above. */
  readonly sign: (request: string, options?: Omit<LeafRequest, "subject" | "key">) => Promise<string>;
  /** One below; with `ca` false it is none, and what it issues must be refused. */
  readonly authority: (request: Subject & { readonly ca?: boolean }) => Promise<Authority>;
  /** This authority's name and key in a certificate that is signed by another one. */
  readonly crossSignedBy: (other: Authority) => Promise<string>;
}

/** A root of its own. */
export async function makeAuthority(request: Subject): Promise<Authority> {
  const privateKey = await keyOf(request);
  const csr = await makeRequest(privateKey, request.subject);
  const certificate = await certify({
    csr,
    issuer: null,
    issuerKey: privateKey,
    lines: authorityLines(true),
    ...request,
  });
  return authorityOf({ certificate, chain: "", privateKey });
}

export async function makeKey(kind: KeyKind = "p256"): Promise<string> {
  const args = kind === "rsa" || kind === "weak"
    ? ["RSA", "-pkeyopt", `rsa_keygen_bits:${kind === "rsa" ? 2_048 : 1_024}`]
    : ["EC", "-pkeyopt", `ec_paramgen_curve:${kind === "p256" ? "P-256" : "P-384"}`];
  return await openssl(["genpkey", "-algorithm", ...args]);
}

export async function makeRequest(privateKey: string, subject: string): Promise<string> {
  return await withFiles(
    { key: privateKey },
    (path) => openssl(["req", "-new", "-key", path("key"), "-subj", subject]),
  );
}

async function keyOf({ key }: Subject): Promise<string> {
  return typeof key === "object" ? key.pem : await makeKey(key);
}

function authorityOf(own: Issued): Authority {
  const issuer = { issuer: own.certificate, issuerKey: own.privateKey };

  async function sign(csr: string, options: Omit<LeafRequest, "subject" | "key"> = {}): Promise<string> {
    const names = options.alternativeNames;
    const lines = [
      "basicConstraints=critical,CA:FALSE",
      ...(names === undefined ? [] : [`subjectAltName=${names}`]),
      ...options.extensions ?? [],
    ];
    return await certify({ csr, lines, ...issuer, ...options }) + own.chain;
  }

  return {
    ...own,
    sign,
    issue: async (request) => {
      const privateKey = await keyOf(request);
      const chain = await sign(await makeRequest(privateKey, request.subject), request);
      return { certificate: chain.slice(0, chain.length - own.chain.length), chain, privateKey };
    },
    authority: async (request) => {
      const privateKey = await keyOf(request);
      const csr = await makeRequest(privateKey, request.subject);
      const lines = authorityLines(request.ca ?? true);
      const certificate = await certify({ csr, lines, ...issuer, ...request });
      return authorityOf({ certificate, chain: certificate + own.chain, privateKey });
    },
    crossSignedBy: async (other) => {
      const subject = await withFiles(
        { own: own.certificate },
        (path) => openssl(["x509", "-in", path("own"), "-noout", "-subject", "-nameopt", "compat"]),
      );
      const csr = await makeRequest(own.privateKey, subject.trim().replace("subject=", ""));
      const lines = authorityLines(true);
      return await certify({ csr, lines, issuer: other.certificate, issuerKey: other.privateKey });
    },
  };
}

function authorityLines(ca: boolean): readonly string[] {
  return [
    `basicConstraints=critical,CA:${ca ? "TRUE" : "FALSE"}`,
    "keyUsage=critical,keyCertSign,cRLSign,digitalSignature",
  ];
}

interface Certification {
  readonly csr: string;
  /** Null for a certificate that signs itself. */
  readonly issuer: string | null;
  readonly issuerKey: string;
  readonly lines: readonly string[];
  readonly fromDays?: number;
  readonly toDays?: number;
}

/** `openssl ca`, since `openssl x509` cannot choose when a certificate begins to be valid. */
async function certify(order: Certification): Promise<string> {
  const { csr, issuer, issuerKey, lines, fromDays = -1, toDays = 30 } = order;
  const identifiers = ["subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid"];
  const extensions = ["[extensions]", ...identifiers, ...lines].join("\n");
  return await withFiles(
    { csr, key: issuerKey, issuer: issuer ?? "", index: "", extensions },
    async (path) => {
      await Deno.writeTextFile(path("config"), configuration(path));
      const signer = issuer === null ? ["-selfsign"] : ["-cert", path("issuer")];
      return await openssl([
        ...["ca", "-batch", "-notext", "-config", path("config"), "-in", path("csr")],
        ...["-keyfile", path("key"), ...signer, "-extfile", path("extensions"), "-extensions", "extensions"],
        ...["-startdate", dayFromNow(fromDays), "-enddate", dayFromNow(toDays), "-out", path("certificate")],
      ]).then(() => Deno.readTextFile(path("certificate")));
    },
  );
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
