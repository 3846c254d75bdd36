/**
 * What of TLS has failed, from what OpenSSL says of it.
 *
 * Law: a fault is named only where the library tells it exactly; what it leaves open is `other`. The numbers are its own
 * (`openssl/sslerr.h`); from 1000 on they are alerts of the peer's (RFC 8446 §6).
 */
import { TlsFailed, type TlsFault } from "../stream.ts";
import { type Openssl, takeErrors } from "./openssl_library.ts";
import type { OpensslSession } from "./openssl_session.ts";

/** The errors that wait in the library's queue, as one; it has to be called at once after what has failed. */
export function failureOf(openssl: Openssl, session: OpensslSession, peer: string): TlsFailed {
  const errors = takeErrors(openssl);
  const words = errors.map((error) => error.text);
  // Before the peer has chosen a suite its refusal is of what we offer; afterwards it is of who we are.
  const chosen = openssl.SSL_get_pending_cipher(session.ssl) !== null ||
    openssl.SSL_get_current_cipher(session.ssl) !== null;
  const faults = errors.map(({ reason }) => faultOf(reason, chosen));
  return new TlsFailed(faults.find((fault) => fault !== "other") ?? "other", sentence(peer, words));
}

function sentence(peer: string, words: readonly string[]): string {
  return `TLS with ${peer} failed: ${words.join(": ") || "no reason given"}`;
}

const ALERTS = 1_000;
const HANDSHAKE_FAILURE = 40;
const PROTOCOL_VERSION = 70;
const INSUFFICIENT_SECURITY = 71;
/** About a certificate, that it may not enter, that it proves nothing (decrypt_error), or that there is none. */
const ABOUT_US = new Set([41, 42, 43, 44, 45, 46, 48, 49, 51, 116]);

/** UNSUPPORTED_PROTOCOL, UNSUPPORTED_SSL_VERSION, WRONG_SSL_VERSION, VERSION_TOO_LOW. */
const VERSION_REASONS = new Set([258, 259, 266, 396]);
/** UNKNOWN_CIPHER_RETURNED, WRONG_CIPHER_RETURNED, DH_KEY_TOO_SMALL; and the compressions, which count as such (FR.322). */
const CIPHER_REASONS = new Set([248, 261, 394, 257, 340, 343]);
/** CERTIFICATE_VERIFY_FAILED, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK, EE_KEY_TOO_SMALL, WRONG_CERTIFICATE_TYPE, UNKNOWN_CERTIFICATE_TYPE. */
const CERTIFICATE_REASONS = new Set([134, 397, 398, 399, 383, 247]);

function faultOf(reason: number, chosen: boolean): TlsFault {
  const alert = reason - ALERTS;
  if (alert === PROTOCOL_VERSION || VERSION_REASONS.has(reason)) return "version";
  if (alert === INSUFFICIENT_SECURITY || CIPHER_REASONS.has(reason)) return "cipherSuite";
  if (alert === HANDSHAKE_FAILURE) return chosen ? "refusedUs" : "cipherSuite";
  if (ABOUT_US.has(alert)) return "refusedUs";
  return CERTIFICATE_REASONS.has(reason) ? "certificate" : "other";
}
