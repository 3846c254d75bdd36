/**
 * The port of trust: what this station's own TLS makes of a root certificate, asked before one is installed.
 *
 * Law: it speaks for the driver that dials. What it takes the driver takes too, today and after every restart.
 */
export interface Trust {
  /** Why its TLS cannot load this certificate as a root, whomever it were to prove; null when it can. PEM, one certificate. */
  readonly rootFlaw: (root: string) => string | null;
}
