/**
 * Where a proof is dialled, and with what: from the credentials to the target of one connection.
 *
 * Law: profiles 0 and 1 are dialled in the clear, 2 and 3 by TLS and never otherwise; the password goes with 1 and 2 and
 * never with 3 (security white paper A00.FR.202, A00.FR.301, A00.FR.401).
 */
import type { WebSocketTarget } from "../hal/websocket.ts";
import { authorizationKeyBytes } from "../protocol/authorization_key.ts";
import type { Proof } from "../protocol/proof.ts";
import type { Credentials } from "../storage/credentials.ts";

/** How much of the peer's time and size a connection bears. */
export type ConnectionLimits = Pick<
  WebSocketTarget,
  "subprotocols" | "handshakeTimeoutMs" | "closeTimeoutMs" | "payloadBytesMax"
>;

export function targetOf(credentials: Credentials, proof: Proof, limits: ConnectionLimits): WebSocketTarget {
  return { ...limits, url: urlOf(credentials, proof), ...basicAuth(credentials, proof) };
}

/** OCPP-J 1.6 §3.1.1: the endpoint, a slash, and the identity percent-encoded. */
function urlOf({ csmsUrl, csmsSecureUrl, chargePointId }: Credentials, proof: Proof): string {
  const isSecure = proof.securityProfile >= 2;
  const endpoint = isSecure ? csmsSecureUrl ?? csmsUrl : csmsUrl;
  const rest = endpoint.replace(/^wss?:/i, "");
  const slash = rest.endsWith("/") ? "" : "/";
  return `${isSecure ? "wss" : "ws"}:${rest}${slash}${encodeURIComponent(chargePointId)}`;
}

function basicAuth(
  { chargePointId: username }: Credentials,
  { securityProfile, authorizationKey }: Proof,
): Pick<WebSocketTarget, "basicAuth"> {
  const isSent = securityProfile === 1 || securityProfile === 2;
  const password = authorizationKeyBytes(authorizationKey ?? "", { plain: false });
  return isSent && password !== null ? { basicAuth: { username, password } } : {};
}
