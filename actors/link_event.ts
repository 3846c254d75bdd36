/**
 * The security events that the end of a connection is, where it is any (security white paper A00.FR.309 to A00.FR.322, A04).
 *
 * Law: only what the peer's answer or the TLS itself says; a network that fails is nobody's attack.
 */
import type { CloseReason } from "../hal/websocket.ts";
import type { SecurityEventType } from "../protocol/security_event.ts";

export interface LinkEvent {
  readonly type: SecurityEventType;
  readonly techInfo: string;
}

export function linkEventsOf(why: CloseReason): readonly LinkEvent[] {
  switch (why.kind) {
    case "handshakeRefused":
      return why.httpStatus === 401 || why.httpStatus === 403
        ? [{ type: "FailedToAuthenticateAtCentralSystem", techInfo: `HTTP ${why.httpStatus}` }]
        : [];
    case "failed":
      return why.layer === "tls" ? tlsEvents(why) : [];
    case "closed":
    case "subprotocolRefused":
    case "timeout":
      return [];
  }
}

function tlsEvents({ fault, error }: Extract<CloseReason, { readonly layer: "tls" }>): readonly LinkEvent[] {
  switch (fault) {
    case "certificate":
      // In profiles 2 and 3 the certificate is all that the central system proves itself by.
      return [
        { type: "InvalidCentralSystemCertificate", techInfo: error },
        { type: "CentralSystemFailedToAuthenticate", techInfo: error },
      ];
    case "version":
      return [{ type: "InvalidTLSVersion", techInfo: error }];
    case "cipherSuite":
      return [{ type: "InvalidTLSCipherSuite", techInfo: error }];
    case "refusedUs":
      return [{ type: "FailedToAuthenticateAtCentralSystem", techInfo: error }];
    case "other":
      return [];
  }
}
