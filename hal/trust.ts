/**
 * The port of trust: what this station's own TLS makes of root certificates, asked before one is installed or let go.
 *
 * Law: it speaks for the driver that dials: what it says of a root alone is what a handshake would come to. PEM, one certificate each.
 */
export interface Trust {
  /** Why its TLS cannot load this certificate as a root, whomever it were to prove; null when it can. */
  readonly rootFlaw: (root: string) => string | null;
  /**
   * Whether this root alone would prove a peer that shows these certificates, the leaf first, to it now; null where only a
   * handshake can tell. The host's name is none of it.
   */
  readonly proves: (root: string, peerChain: readonly string[]) => boolean | null;
}
