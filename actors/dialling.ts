/**
 * Where a proof is dialled, and with what: from the credentials to the target of one connection.
 *
 * Law: profiles 0 and 1 are dialled in the clear, 2 and 3 by TLS and never otherwise; the password goes with 1 and 2 and
 * never with 3, the certificate with 3 alone (security white paper A00.FR.202, A00.FR.301, A00.FR.401).
 */
import type { TlsCipherSuite } from "../hal/station_profile.ts";
import type { TlsOptions } from "../hal/stream.ts";
import type { WebSocketTarget } from "../hal/websocket.ts";
import { authorizationKeyBytes } from "../protocol/authorization_key.ts";
import type { Proof } from "../protocol/proof.ts";
import type { Credentials } from "../storage/credentials.ts";

/** What is the same for every connection of this station. */
export interface Dialling {
  readonly limits: Pick<
    WebSocketTarget,
    "subprotocols" | "handshakeTimeoutMs" | "closeTimeoutMs" | "payloadBytesMax"
  >;
  /** What TLS offers, in this order. */
  readonly cipherSuites: readonly TlsCipherSuite[];
}

/** `wildcards`: AllowCSMSTLSWildcards. */
export function targetOf(
  credentials: Credentials,
  proof: Proof,
  { limits, cipherSuites, wildcards }: Dialling & { readonly wildcards: boolean },
): WebSocketTarget {
  const url = urlOf(credentials, proof);
  switch (proof.securityProfile) {
    case 0:
      return { ...limits, url };
    case 1:
      return { ...limits, url, ...basicAuth(credentials, proof) };
    case 2:
      return {
        ...limits,
        url,
        ...basicAuth(credentials, proof),
        tls: { roots: rootsOf(credentials), cipherSuites, wildcards },
      };
    case 3:
      return {
        ...limits,
        url,
        tls: { roots: rootsOf(credentials), cipherSuites, wildcards, ...ownCertificate(proof) },
      };
  }
}

/** OCPP-J 1.6 §3.1.1: the endpoint, a slash, and the identity percent-encoded. */
function urlOf({ csmsUrl, csmsSecureUrl, chargePointId }: Credentials, { securityProfile }: Proof): string {
  const isSecure = securityProfile >= 2;
  const endpoint = isSecure ? csmsSecureUrl ?? csmsUrl : csmsUrl;
  const rest = endpoint.replace(/^wss?:/i, "");
  const slash = rest.endsWith("/") ? "" : "/";
  return `${isSecure ? "wss" : "ws"}:${rest}${slash}${encodeURIComponent(chargePointId)}`;
}

function basicAuth(
  { chargePointId: username }: Credentials,
  { authorizationKey = "" }: Proof,
): Pick<WebSocketTarget, "basicAuth"> {
  const password = authorizationKeyBytes(authorizationKey, { plain: false });
  return password === null ? {} : { basicAuth: { username, password } };
}

function rootsOf({ roots }: Credentials): TlsOptions["roots"] {
  return roots.filter(({ certificateType }) => certificateType === "CentralSystemRootCertificate")
    .map(({ pem }) => pem);
}

function ownCertificate({ certificate }: Proof): Pick<TlsOptions, "certificate"> {
  return certificate === undefined ? {} : { certificate };
}
