/**
 * The certificates of the tests of TLS: a central system at `localhost`, right and wrong in each way, and a charge point.
 *
 * Law: of each workshop they are made once in a process, when they are first asked for.
 */
import { type Authority, type Issued, type LeafRequest, makeAuthority, type Workshop } from "./authority.ts";
import { ownWorkshop } from "./own_workshop.ts";

export interface Certificates {
  readonly root: Authority;
  /** Below the root, and the issuer of all that follows unless it is said. */
  readonly intermediate: Authority;
  readonly otherRoot: Authority;
  /** One that has expired, and one that allows no CA below it. */
  readonly expiredRoot: Authority;
  readonly shortRoot: Authority;
  /** The root's name and key: the one allows no CA below it, the other signs for other hosts alone. */
  readonly rootsAgain: { readonly short: string; readonly elsewhere: string };
  /** The intermediate's name and key, signed by a root that nobody trusts. */
  readonly crossSigned: string;
  readonly server: Readonly<Record<ServerName, Issued>>;
  readonly client: Issued;
  /** Of the other root. */
  readonly strangeClient: Issued;
}

/** PEM of what is no certificate: a server of Deno's sends it behind its own. */
export const unreadable = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

export type ServerName = keyof typeof servers;

const names = { alternativeNames: "DNS:localhost,IP:127.0.0.1" };
const subject = "/O=Owner/CN=localhost";

const servers = {
  rsa: { subject, ...names },
  p256: { subject, ...names },
  nameInCommonName: { subject },
  wildcard: { subject: "/O=Owner/CN=any", alternativeNames: "DNS:*.0.1" },
  partWildcard: { subject: "/O=Owner/CN=any", alternativeNames: "DNS:1*.0.1" },
  partWildcardInCommonName: { subject: "/O=Owner/CN=1*.0.1" },
  wildcardInCommonName: { subject: "/O=Owner/CN=*.0.1" },
  expired: { subject, ...names, fromDays: -3, toDays: -2 },
  notYetValid: { subject, ...names, fromDays: 2 },
  otherHost: { subject, alternativeNames: "DNS:other.test" },
  otherCommonName: { subject: "/O=Owner/CN=other.test" },
  weakKey: { subject, ...names, key: "weak" },
  forServers: {
    ...{ subject, ...names, purposes: ["serverAuth"] },
    keyUsage: ["digitalSignature", "keyEncipherment"],
  },
  forKeyExchange: { subject, ...names, keyUsage: ["keyEncipherment"] },
  forCertificates: { subject, ...names, keyUsage: ["keyCertSign"] },
  forClients: { subject, ...names, purposes: ["clientAuth"] },
  authority: { subject, ...names, ca: true, keyUsage: ["keyCertSign", "digitalSignature"] },
  byNoAuthority: { subject, ...names },
  byUnwilling: { subject, ...names },
  byWeak: { subject, ...names },
  byConstrained: { subject },
  namedByConstrained: { subject, ...names },
  byConstrainedToUs: { subject, alternativeNames: "DNS:localhost" },
  inCommonNameByConstrainedToUs: { subject },
  byPolicyConstrained: { subject, ...names },
  byExpiredRoot: { subject, ...names },
  belowShortRoot: { subject, ...names },
  byOtherRoot: { subject, ...names },
  rsaByOtherRoot: { subject, ...names },
} as const satisfies Readonly<Record<string, LeafRequest>>;

const made = new Map<Workshop, Promise<Certificates>>();

export function certificates(workshop: Workshop = ownWorkshop): Promise<Certificates> {
  const found = made.get(workshop) ?? make(workshop);
  made.set(workshop, found);
  return found;
}

async function make(workshop: Workshop): Promise<Certificates> {
  const rootOf = (subject: string, differently: Partial<LeafRequest> = {}) =>
    makeAuthority({ subject, ...differently }, workshop);
  const [root, otherRoot, expiredRoot, shortRoot, rsa, clientRsa] = await Promise.all([
    rootOf("/O=Owner/CN=Root"),
    rootOf("/O=Stranger/CN=Root"),
    rootOf("/O=Owner/CN=Old", { fromDays: -20, toDays: -1 }),
    rootOf("/O=Owner/CN=Short", { pathLength: 0 }),
    workshop.makeKey("rsa"),
    workshop.makeKey("rsa"),
  ]);
  const [intermediate, byNoAuthority, byUnwilling, byWeak, elsewhere, here, policies, belowShortRoot] =
    await Promise.all([
      root.authority({ subject: "/O=Owner/CN=Intermediate" }),
      root.authority({ subject: "/O=Owner/CN=No authority", ca: false }),
      root.authority({ subject: "/O=Owner/CN=Unwilling", keyUsage: ["digitalSignature", "cRLSign"] }),
      root.authority({ subject: "/O=Owner/CN=Weak", key: "weak" }),
      root.authority({ subject: "/O=Owner/CN=Elsewhere", onlyHostsOf: "other.test" }),
      root.authority({ subject: "/O=Owner/CN=Here", onlyHostsOf: "localhost" }),
      root.authority({ subject: "/O=Owner/CN=Policies", constrainsPolicies: true }),
      shortRoot.authority({ subject: "/O=Owner/CN=Below short" }),
    ]);
  const again = { key: { pem: root.privateKey } };
  const [short, elsewhereAlone] = await Promise.all([
    rootOf("/O=Owner/CN=Root", { ...again, pathLength: 0 }),
    rootOf("/O=Owner/CN=Root", { ...again, onlyHostsOf: "other.test" }),
  ]);
  const issuers: Partial<Record<ServerName, Authority>> = {
    ...{ byNoAuthority, byUnwilling, byWeak, belowShortRoot },
    ...{ byConstrained: elsewhere, namedByConstrained: elsewhere, byPolicyConstrained: policies },
    ...{ byConstrainedToUs: here, inCommonNameByConstrainedToUs: here },
    byExpiredRoot: expiredRoot,
    byOtherRoot: otherRoot,
    rsaByOtherRoot: otherRoot,
  };
  const keys: Partial<Record<ServerName, string>> = { rsa, rsaByOtherRoot: rsa, forKeyExchange: rsa };
  const server = Object.entries(servers).map(async ([name, request]: [string, LeafRequest]) => {
    const key = keys[name as ServerName];
    const issuer = issuers[name as ServerName] ?? intermediate;
    return [
      name,
      await issuer.issue({ ...request, ...(key === undefined ? {} : { key: { pem: key } }) }),
    ] as const;
  });
  const client = { subject: "/O=Owner/CN=SN-0001" };
  return {
    ...{ root, intermediate, otherRoot, expiredRoot, shortRoot },
    rootsAgain: { short: short.certificate, elsewhere: elsewhereAlone.certificate },
    crossSigned: await intermediate.crossSignedBy(otherRoot),
    server: Object.fromEntries(await Promise.all(server)) as Record<ServerName, Issued>,
    client: await intermediate.issue({ ...client, key: { pem: clientRsa } }),
    strangeClient: await otherRoot.issue(client),
  };
}
