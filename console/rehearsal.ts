/**
 * `POST /security/rehearse`: what the link would be with another security profile, password or root, with the proof that waits to be
 * served, or with the certificate that is not valid yet, tried in a second connection.
 *
 * Law: it changes nothing, tells no secret, and goes no lower than what has been served: a password that was sent by TLS is never
 * sent in the clear (security white paper A00.FR.005). One at a time, and the dial's own time-out ends it. The central system sees the
 * charge point a second time, and may hang up on the first: the link comes back by itself.
 */
import { z } from "zod";
import { targetOf } from "../actors/dialling.ts";
import type { Dialling } from "../actors/dialling.ts";
import { judgeHandwritten, parseHandwritten } from "../hal/handwritten.ts";
import type { TlsFacts } from "../hal/stream.ts";
import type { CloseReason, WebSocketDriver, WebSocketEvent, WebSocketTarget } from "../hal/websocket.ts";
import {
  authorizationKeyBytes,
  authorizationKeyExpected,
  authorizationKeyText,
} from "../protocol/authorization_key.ts";
import type { Proof } from "../protocol/proof.ts";
import { Proof as ProofSchema, SecurityProfile, servedLast } from "../protocol/proof.ts";
import type { Credentials } from "../storage/credentials.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import { type Endpoint, json, noTree, refusal } from "./endpoint.ts";

export interface RehearsalParts {
  readonly credentials: CredentialsStore;
  readonly websocket: WebSocketDriver;
  readonly dialling: Dialling;
  /** AllowCSMSTLSWildcards as it is now; null while there is no tree. */
  readonly wildcards: () => Promise<boolean> | null;
}

/** What would be different; what is left out is as it is. */
const Change = z.strictObject({
  /**
   * What the others differ from: the proof that was served last; the newest, whose certificate or password is not proven yet; or the one
   * served last in profile 3, with the certificate that was accepted last and is not valid yet.
   */
  proof: z.literal(["served", "newest", "upcoming"]).optional(),
  securityProfile: SecurityProfile.optional(),
  /** As ChangeConfiguration takes it. */
  authorizationKey: z.string().refine((text) => authorizationKeyBytes(text, { plain: true }) !== null, {
    error: `write ${authorizationKeyExpected(true)}`,
  }).optional(),
  /** PEM: CentralSystemRootCertificates in place of those that are installed. */
  rootCertificates: z.array(z.string().min(1).max(5_500)).min(1).max(20).optional(),
});
type Change = z.infer<typeof Change>;

export interface RehearsalAnswer {
  readonly securityProfile: SecurityProfile;
  readonly url: string;
  readonly wouldOpen: boolean;
  /** One sentence. */
  readonly says: string;
  readonly tls: Pick<TlsFacts, "version" | "cipherSuite"> | null;
}

export function rehearsalEndpoint(parts: RehearsalParts): Endpoint {
  let isUnderWay = false;
  return {
    method: "POST",
    path: "/security/rehearse",
    answer: async (asked) => {
      const parsed = parseHandwritten(await asked.body());
      const judged = parsed.kind === "refused" ? parsed : judgeHandwritten(Change, parsed.value);
      if (judged.kind === "refused") return refusal(400, withoutSecrets(judged.problems).join("; "));
      const wildcards = parts.wildcards();
      if (wildcards === null) return noTree();
      if (isUnderWay) return refusal(409, "wait for the rehearsal that is under way");
      isUnderWay = true;
      try {
        return await rehearsed(parts, judged.value, await wildcards);
      } finally {
        isUnderWay = false;
      }
    },
  };
}

async function rehearsed(parts: RehearsalParts, change: Change, wildcards: boolean): Promise<Response> {
  const changed = changedBy(change, await parts.credentials.read());
  if (typeof changed === "string") return refusal(409, changed);
  const { credentials, proof } = changed;
  const target = targetOf(credentials, proof, { ...parts.dialling, wildcards });
  const { opened, why } = await tried(parts.websocket, target);
  const answer: RehearsalAnswer = {
    securityProfile: proof.securityProfile,
    url: target.url,
    wouldOpen: opened !== null,
    says: opened === null
      ? `${whyNot(why)}${
        change.proof === "upcoming" && isOfOurs(why) ? "; it is not valid yet, which may be why" : ""
      }`
      : "the connection would open; whether the central system then serves it a rehearsal cannot tell",
    tls: opened?.tls === undefined
      ? null
      : { version: opened.tls.version, cipherSuite: opened.tls.cipherSuite },
  };
  return json(200, answer);
}

/** A text says what is missing. */
function changedBy(
  { proof: base, securityProfile, authorizationKey, rootCertificates }: Change,
  kept: Credentials,
): { readonly credentials: Credentials; readonly proof: Proof } | string {
  const bytes = authorizationKey === undefined
    ? null
    : authorizationKeyBytes(authorizationKey, { plain: true });
  const served = servedLast(kept.proofs);
  const upcoming = kept.upcoming?.at(-1);
  if (base === "upcoming" && upcoming === undefined) {
    return "let the central system sign a certificate that begins later first: there is none that is not valid yet";
  }
  const proof = ProofSchema.safeParse({
    ...(base === "newest" ? kept.proofs[0] : served),
    ...(base === "upcoming" ? { securityProfile: 3, certificate: upcoming } : {}),
    ...(securityProfile === undefined ? {} : { securityProfile }),
    ...(bytes === null ? {} : { authorizationKey: authorizationKeyText(bytes) }),
  });
  if (!proof.success) {
    return securityProfile === 3
      ? "let the central system sign a certificate first: security profile 3 needs one"
      : `give a password: security profile ${securityProfile} needs one`;
  }
  if (proof.data.securityProfile < served.securityProfile) {
    return `rehearse security profile ${served.securityProfile} or a higher one, not ${proof.data.securityProfile}: it never goes down`;
  }
  const others = kept.roots.filter(({ certificateType }) =>
    certificateType !== "CentralSystemRootCertificate"
  );
  const given = rootCertificates?.map((pem) => ({
    certificateType: "CentralSystemRootCertificate" as const,
    pem,
  }));
  const roots = given === undefined ? kept.roots : [...others, ...given];
  if (proof.data.securityProfile >= 2 && roots.length === others.length) {
    return "give rootCertificates: security profiles 2 and 3 need one, and none is installed";
  }
  return { credentials: { ...kept, roots }, proof: proof.data };
}

interface Tried {
  readonly opened: Extract<WebSocketEvent, { readonly kind: "Opened" }> | null;
  readonly why: CloseReason;
}

/** The driver sees to it that every connection ends. */
function tried(websocket: WebSocketDriver, target: WebSocketTarget): Promise<Tried> {
  const ended = Promise.withResolvers<Tried>();
  let opened: Tried["opened"] = null;
  const connection = websocket.connect(target, (event) => {
    switch (event.kind) {
      case "Opened":
        opened = event;
        return connection.close(1000, "rehearsal");
      case "Closed":
        return ended.resolve({ opened, why: event.why });
      case "Received":
      case "PongReceived":
        return;
    }
  });
  return ended.promise;
}

/** It is our certificate that was refused. */
function isOfOurs(why: CloseReason): boolean {
  return why.kind === "failed" && why.layer === "tls" && why.fault === "refusedUs";
}

function whyNot(why: CloseReason): string {
  switch (why.kind) {
    case "handshakeRefused":
      return `the central system would refuse it with HTTP ${why.httpStatus}`;
    case "subprotocolRefused":
      return `the central system would answer with sub-protocol "${why.answered}", not ${why.offered}`;
    case "timeout":
      return "the central system would not answer in time";
    case "closed":
      return `the central system would hang up (${why.code} ${why.reason})`.replace(" )", ")");
    case "failed":
      return why.layer === "tls" ? tlsWhy(why) : `no connection: ${why.error}`;
  }
}

function tlsWhy({ fault, error }: Extract<CloseReason, { readonly layer: "tls" }>): string {
  switch (fault) {
    case "certificate":
      return `the central system's certificate would not be trusted: ${error}`;
    case "version":
      return `the central system's version of TLS would be refused: ${error}`;
    case "cipherSuite":
      return `there is no cipher suite in common: ${error}`;
    case "refusedUs":
      return `the central system would refuse this charger's certificate: ${error}`;
    case "other":
      return `TLS would fail: ${error}`;
  }
}

/** A problem quotes what was found, which may be a password; whatever names the key is hidden on its way out. */
function withoutSecrets(problems: readonly string[]): readonly string[] {
  return problems.map((problem) => problem.replace(/^authorizationKey: (.*?), not .*$/s, "the password: $1"));
}
