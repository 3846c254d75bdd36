/**
 * The last judgement on a peer's certificates, by both drivers of TLS, when the handshake is done.
 *
 * Law: the rules are `protocol/server_certificate.ts`'s, the same for both; until they are kept not a byte is written.
 */
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import { serverFlaw } from "../../protocol/server_certificate.ts";
import { TlsFailed } from "../stream.ts";
import { createNodeX509 } from "./node_x509.ts";

export interface PresentedPeer {
  /** For the words of an error. */
  readonly peer: string;
  /** PEM, the leaf first. */
  readonly peerChain: readonly string[];
  /** PEM, one certificate each. */
  readonly roots: readonly string[];
}

/** Null when it is proven. Of the others what cannot be read is left out: a way up without it will do. */
export function peerFault({ peer, peerChain, roots }: PresentedPeer): TlsFailed | null {
  const [leaf = "", ...others] = peerChain;
  const parsed = x509.parse(leaf);
  const wrong = parsed.kind === "malformed" ? parsed.error : serverFlaw(
    [...parsed.certificates, ...others.flatMap(read)],
    roots.flatMap(read),
    Date.now(),
    x509.isSignedBy,
  );
  if (wrong === null) return null;
  return new TlsFailed("certificate", `TLS with ${peer} failed: its certificate is refused: ${wrong}`);
}

const x509 = createNodeX509();

function read(pem: string): readonly CertificateFacts[] {
  const parsed = x509.parse(pem);
  return parsed.kind === "parsed" ? parsed.certificates : [];
}
