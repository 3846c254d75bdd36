/**
 * The port of trust for Deno's own TLS.
 *
 * Law: pure. Two readers have to take a root there: rustls', which dials, and node's, which tells whose root it was. Rustls judges a
 * chain in a handshake alone.
 */
import { X509Certificate } from "node:crypto";
import type { Trust } from "../trust.ts";

export function createDenoTrust(): Trust {
  return { rootFlaw, proves: (root) => rootFlaw(root) === null ? null : false };
}

function rootFlaw(root: string): string | null {
  try {
    new X509Certificate(root);
    // Nothing is dialled: it loads what it is to trust, and says what it cannot.
    Deno.createHttpClient({ caCerts: [root] }).close();
    return null;
  } catch (error) {
    return `cannot use a root with Deno's TLS: ${error instanceof Error ? error.message : error}`;
  }
}
