/**
 * The certificates of the tests of TLS: a central system at `localhost`, right and wrong in each way, and a charge point.
 *
 * Law: they are made once in a process, when they are first asked for.
 */
import { type Authority, type Issued, type LeafRequest, makeAuthority, makeKey } from "./authority.ts";

export interface Certificates {
  readonly root: Authority;
  /** Below the root, and the issuer of all that follows unless it is said. */
  readonly intermediate: Authority;
  readonly otherRoot: Authority;
  /** The intermediate's name and key, signed by a root that nobody trusts. */
  readonly crossSigned: string;
  readonly server: Readonly<Record<ServerName, Issued>>;
  readonly client: Issued;
  /** Of the other root. */
  readonly strangeClient: Issued;
}

export type ServerName = keyof typeof servers;

const names = { alternativeNames: "DNS:localhost,IP:127.0.0.1" };
const subject = "/O=Owner/CN=localhost";

const servers = {
  rsa: { subject, ...names },
  p256: { subject, ...names },
  nameInCommonName: { subject },
  wildcard: { subject: "/O=Owner/CN=any", alternativeNames: "DNS:*.0.1" },
  wildcardInCommonName: { subject: "/O=Owner/CN=*.0.1" },
  expired: { subject, ...names, fromDays: -3, toDays: -2 },
  notYetValid: { subject, ...names, fromDays: 2 },
  otherHost: { subject, alternativeNames: "DNS:other.test" },
  otherCommonName: { subject: "/O=Owner/CN=other.test" },
  weakKey: { subject, ...names, key: "weak" },
  byNoAuthority: { subject, ...names },
  byOtherRoot: { subject, ...names },
  rsaByOtherRoot: { subject, ...names },
} as const satisfies Readonly<Record<string, LeafRequest>>;

let made: Promise<Certificates> | undefined;

export function certificates(): Promise<Certificates> {
  return made ??= make();
}

async function make(): Promise<Certificates> {
  const [root, otherRoot, rsa, clientRsa] = await Promise.all([
    makeAuthority({ subject: "/O=Owner/CN=Root" }),
    makeAuthority({ subject: "/O=Stranger/CN=Root" }),
    makeKey("rsa"),
    makeKey("rsa"),
  ]);
  const [intermediate, noAuthority] = await Promise.all([
    root.authority({ subject: "/O=Owner/CN=Intermediate" }),
    root.authority({ subject: "/O=Owner/CN=No authority", ca: false }),
  ]);
  const issuers: Partial<Record<ServerName, Authority>> = {
    byNoAuthority: noAuthority,
    byOtherRoot: otherRoot,
    rsaByOtherRoot: otherRoot,
  };
  const keys: Partial<Record<ServerName, string>> = { rsa, rsaByOtherRoot: rsa };
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
    ...{ root, intermediate, otherRoot },
    crossSigned: await intermediate.crossSignedBy(otherRoot),
    server: Object.fromEntries(await Promise.all(server)) as Record<ServerName, Issued>,
    client: await intermediate.issue({ ...client, key: { pem: clientRsa } }),
    strangeClient: await otherRoot.issue(client),
  };
}
