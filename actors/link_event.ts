/**
 * The security event that the end of a connection is, where it is one (security white paper A00.FR.309 to A00.FR.322, A04).
 *
 * Law: only what the peer's answer or the TLS itself says; a network that fails is nobody's attack.
 */
import type { CloseReason } from "../hal/websocket.ts";
import type { SecurityEventType } from "../protocol/security_event.ts";

export interface LinkEvent {
  readonly type: SecurityEventType;
  readonly techInfo: string;
}

export function linkEventOf(why: CloseReason): LinkEvent | null {
  switch (why.kind) {
    case "handshakeRefused":
      return why.httpStatus === 401 || why.httpStatus === 403
        ? { type: "FailedToAuthenticateAtCentralSystem", techInfo: `HTTP ${why.httpStatus}` }
        : null;
    case "failed":
      return why.layer === "tls" ? tlsEvent(why) : null;
    case "closed":
    case "subprotocolRefused":
    case "timeout":
      return null;
  }
}

function tlsEvent({ fault, error }: Extract<CloseReason, { readonly layer: "tls" }>): LinkEvent | null {
  switch (fault) {
    case "certificate":
      return { type: "InvalidCentralSystemCertificate", techInfo: error };
    case "version":
      return { type: "InvalidTLSVersion", techInfo: error };
    case "cipherSuite":
      return { type: "InvalidTLSCipherSuite", techInfo: error };
    case "refusedUs":
      return { type: "FailedToAuthenticateAtCentralSystem", techInfo: error };
    case "other":
      return null;
  }
}
