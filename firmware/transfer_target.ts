/**
 * Where a file may go: a URL that came over the wire, judged before anything is looked up or dialled (GetLog of the security
 * white paper, OCPP 1.6 §6.25).
 *
 * Law: only what is understood as a whole is a target. One of four schemes, a host, a port, a path that leads nowhere up; and no
 * character in any part, however it is escaped, that would end a line of FTP or HTTP.
 */

export type TransferProtocol = "HTTP" | "HTTPS" | "FTP" | "FTPS";

export interface TransferTarget {
  readonly protocol: TransferProtocol;
  /** A name, an IPv4 address in four numbers, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Of the directory, as it stands in the URL: it begins with `/`. */
  readonly path: string;
  /** With its `?`; empty where there is none. */
  readonly query: string;
  readonly user?: { readonly name: string; readonly password: string };
}

export type JudgedTarget =
  | { readonly kind: "target"; readonly target: TransferTarget }
  /** A scheme that this station has not. */
  | { readonly kind: "notSupported"; readonly error: string }
  | { readonly kind: "badMessage"; readonly error: string };

/** GetLog has 512; nobody writes a longer one by hand. */
const charactersMax = 2_000;
/** Of DNS. */
const hostCharactersMax = 253;

/** Control characters, blanks and the backslash, which a URL's parser would drop or turn. */
const NOT_IN_URL = /[\p{C}\p{Z}\\]/u;
const CONTROL = /\p{C}/u;

/** `protocols` are those of the station. An error never quotes the location: there may be a password in it. */
export function judgeTarget(location: string, protocols: readonly TransferProtocol[]): JudgedTarget {
  if (location.length > charactersMax) {
    return bad(`${location.length} characters are more than ${charactersMax}`);
  }
  if (NOT_IN_URL.test(location)) return bad("write it without blanks, control characters and backslashes");
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(location) ?? [];
  if (scheme === undefined) return bad("write a URL, as ftp://host/directory");
  const protocol = protocols.find((name) => name === scheme.toUpperCase());
  if (protocol === undefined) {
    return { kind: "notSupported", error: `cannot use ${scheme}: use one of ${protocols.join(", ")}` };
  }
  const rest = location.slice(scheme.length);
  // A URL's parser knows no ftps, of which it would read host and port otherwise.
  const readAs = protocol === "FTPS" ? "ftp" : scheme;
  const url = rest.startsWith("://") ? URL.parse(`${readAs}${rest}`) : null;
  if (url === null) return bad("write a URL with a host, and a port up to 65535");
  return judgeParts(protocol, url, rest);
}

function judgeParts(protocol: TransferProtocol, url: URL, rest: string): JudgedTarget {
  const port = url.port === "" ? defaultPorts[protocol] : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (port === 0) return bad("write a port from 1 to 65535");
  if (host.length > hostCharactersMax) return bad(`write a host of at most ${hostCharactersMax} characters`);
  // Unescaped in a password it would have cut the host off.
  if (rest.includes("#")) return bad('write "#" as %23');
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === null || password === null || user.includes(":")) {
    return bad("write user and password without control characters, and the user without a colon");
  }
  // The parser has taken the ways up away already; whoever writes one means no good.
  const path = /^:\/\/[^/?]*([^?]*)/.exec(rest)?.[1] ?? "";
  const folders = path.split("/").map(decoded);
  if (folders.some((folder) => folder === null || /^\.\.?$|[/\\]/.test(folder))) {
    return bad("write a path without ways up, escaped slashes and control characters");
  }
  const named = user === "" && password === "" ? {} : { user: { name: user, password } };
  return {
    kind: "target",
    target: { protocol, host, port, path: url.pathname, query: url.search, ...named },
  };
}

const defaultPorts: Readonly<Record<TransferProtocol, number>> = { HTTP: 80, HTTPS: 443, FTP: 21, FTPS: 21 };

/** Null for what is no text. */
function decoded(part: string): string | null {
  try {
    const text = decodeURIComponent(part);
    return CONTROL.test(text) ? null : text;
  } catch {
    return null;
  }
}

function bad(why: string): JudgedTarget {
  return { kind: "badMessage", error: `cannot use this location: ${why}` };
}

/** The location is a directory (OCPP 1.6 §6.25); with a query it is the file itself, as where a server has signed it beforehand. */
export function httpPath({ path, query }: TransferTarget, fileName: string): string {
  return query === "" ? `${path.replace(/\/$/, "")}/${encodeURIComponent(fileName)}` : `${path}${query}`;
}

/** Below the directory in which the user begins (RFC 1738 §3.2.2). */
export function ftpPath({ path }: TransferTarget, fileName: string): string {
  const folders = path.split("/").filter((folder) => folder !== "").map(decodeURIComponent);
  return [...folders, fileName].join("/");
}
