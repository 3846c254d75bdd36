/**
 * The last judgement on a peer's certificates, by both drivers of TLS, when the handshake is done.
 *
 * Law: the rules are `protocol/server_certificate.ts`'s, the same for both; until they are kept not a byte is written.
 */
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

/** Null when it is proven. */
export function peerFault({ peer, peerChain, roots }: PresentedPeer): TlsFailed | null {
  const presented = x509.parse(peerChain.join(""));
  const installed = x509.parse(roots.join("\n"));
  const wrong = presented.kind === "malformed"
    ? presented.error
    : installed.kind === "malformed"
    ? installed.error
    : serverFlaw(presented.certificates, installed.certificates, Date.now(), x509.isSignedBy);
  if (wrong === null) return null;
  return new TlsFailed("certificate", `TLS with ${peer} failed: its certificate is refused: ${wrong}`);
}

const x509 = createNodeX509();
