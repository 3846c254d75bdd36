/**
 * Certificate authorities for tests, out of a workshop that makes keys and certificates.
 *
 * Law: nothing of it outlives the process, nor is any of it in the repository: a test certificate never expires there.
 */
import { ownWorkshop } from "./own_workshop.ts";

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

/** As `openssl` names what stands in the extensions; each is absent without its field. */
export interface Extensions {
  /** Critical, like the key usage. */
  readonly ca: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: readonly ("digitalSignature" | "keyEncipherment" | "keyCertSign" | "cRLSign")[];
  readonly purposes?: readonly ("serverAuth" | "clientAuth")[];
  /** `DNS:a.test,IP:127.0.0.1`. Without it there is only the common name. */
  readonly alternativeNames?: string;
  /** Of a CA: it may sign for hosts in this domain alone. Critical. */
  readonly onlyHostsOf?: string;
  /** policyConstraints that constrain nothing here, and are critical. */
  readonly constrainsPolicies?: true;
  /** Netscape's, which means nothing: it makes a certificate long. */
  readonly comment?: string;
}

/** Without more it is a leaf, `CA:FALSE`. */
export type LeafRequest = Subject & Partial<Extensions>;

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
  readonly authority: (request: LeafRequest) => Promise<Authority>;
  /** This authority's name and key in a certificate that is signed by another one. */
  readonly crossSignedBy: (other: Authority) => Promise<string>;
}

export interface Certification {
  /** PKCS#10, PEM. */
  readonly request: string;
  /** Null for a certificate that signs itself. */
  readonly issuer: string | null;
  readonly issuerKey: string;
  readonly extensions: Extensions;
  readonly fromDays: number;
  readonly toDays: number;
}

/** Two: `own_workshop.ts`, and `openssl_workshop.ts` where there is the command. */
export interface Workshop {
  /** PEM of a private key. */
  readonly makeKey: (kind: KeyKind) => Promise<string>;
  /** PKCS#10, PEM. */
  readonly makeRequest: (privateKey: string, subject: string) => Promise<string>;
  /** Signs over SHA-256, with identifiers of both keys, under a serial number of its own. */
  readonly certify: (order: Certification) => Promise<string>;
}

/** A root of its own. */
export async function makeAuthority(request: LeafRequest, workshop = ownWorkshop): Promise<Authority> {
  const privateKey = await keyOf(workshop, request);
  const asked = await workshop.makeRequest(privateKey, request.subject);
  const by = { issuer: null, issuerKey: privateKey };
  const extensions = { ...ofAuthority, ...request };
  const certificate = await certified(workshop, asked, { ...by, extensions, ...request });
  return authorityOf(workshop, request.subject, { certificate, chain: "", privateKey });
}

const ofAuthority = { ca: true, keyUsage: ["keyCertSign", "cRLSign", "digitalSignature"] } as const;

function authorityOf(workshop: Workshop, subject: string, own: Issued): Authority {
  const by = { issuer: own.certificate, issuerKey: own.privateKey };
  return {
    ...own,
    sign: async (request, options = {}) =>
      await certified(workshop, request, { ...by, extensions: { ca: false, ...options }, ...options }) +
      own.chain,
    issue: async (request) => {
      const privateKey = await keyOf(workshop, request);
      const asked = await workshop.makeRequest(privateKey, request.subject);
      const extensions = { ca: false, ...request };
      const certificate = await certified(workshop, asked, { ...by, extensions, ...request });
      return { certificate, chain: certificate + own.chain, privateKey };
    },
    authority: async (request) => {
      const privateKey = await keyOf(workshop, request);
      const asked = await workshop.makeRequest(privateKey, request.subject);
      const extensions = { ...ofAuthority, ...request };
      const certificate = await certified(workshop, asked, { ...by, extensions, ...request });
      const issued = { certificate, chain: certificate + own.chain, privateKey };
      return authorityOf(workshop, request.subject, issued);
    },
    crossSignedBy: async (other) => {
      const asked = await workshop.makeRequest(own.privateKey, subject);
      const signer = { issuer: other.certificate, issuerKey: other.privateKey };
      return await certified(workshop, asked, { ...signer, extensions: ofAuthority });
    },
  };
}

async function keyOf(workshop: Workshop, { key = "p256" }: Subject): Promise<string> {
  return typeof key === "object" ? key.pem : await workshop.makeKey(key);
}

type Order =
  & Pick<Certification, "issuer" | "issuerKey" | "extensions">
  & Pick<Subject, "fromDays" | "toDays">;

async function certified(workshop: Workshop, request: string, order: Order): Promise<string> {
  const { issuer, issuerKey, extensions, fromDays = -1, toDays = 30 } = order;
  return await workshop.certify({ request, issuer, issuerKey, extensions, fromDays, toDays });
}
