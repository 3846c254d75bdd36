/**
 * `/security`: by what the charger proves itself, until when its certificates are valid, and what its security log has to say.
 *
 * Law: it only looks; the actors that own these things answer.
 */
import type { CertStoreMessage } from "../actors/cert_store_message.ts";
import type { CredentialsReport } from "../actors/credentials_report.ts";
import type { Address } from "../actors/otp/actor.ts";
import type { SecurityLogMessage, SecurityLogReport } from "../actors/security_log.ts";
import type { Clock } from "../hal/clock.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import { answerWithin } from "./answer_within.ts";
import { type Endpoint, json, noAnswer, noTree } from "./endpoint.ts";
import type { SecurityAnswer } from "./security_answer.ts";

export interface SecurityEndpointParts {
  readonly clock: Clock;
  /** Null while there is no tree. */
  readonly addresses: () => SecurityAddresses | null;
}

export interface SecurityAddresses {
  readonly certStore: Address<CertStoreMessage>;
  readonly securityLog: Address<SecurityLogMessage>;
}

/** Both read the disk. */
const answerTimeoutMs = 10_000;

export function securityEndpoint({ clock, addresses }: SecurityEndpointParts): Endpoint {
  return {
    method: "GET",
    path: "/security",
    answer: async () => {
      const running = addresses();
      if (running === null) return noTree();
      const [credentials, log] = await Promise.all([
        answerWithin<CredentialsReport>(
          clock,
          answerTimeoutMs,
          (reply) => running.certStore.send({ kind: "TellCredentials", reply }),
        ),
        answerWithin<SecurityLogReport>(
          clock,
          answerTimeoutMs,
          (reply) => running.securityLog.send({ kind: "TellSecurityLog", reply }),
        ),
      ]);
      if (credentials === null || log === null) return noAnswer();
      return json(200, answerOf(formatDateTime(clock.wallMs()), credentials, log));
    },
  };
}

function answerOf(
  at: string,
  { securityProfile, unproven, certificates }: CredentialsReport,
  { entries, chain, pending, undelivered }: SecurityLogReport,
): SecurityAnswer {
  return {
    at,
    securityProfile,
    unproven: [...unproven],
    certificates: certificates.map(({ notBeforeMs, notAfterMs, ...certificate }) => ({
      ...certificate,
      notBefore: formatDateTime(notBeforeMs),
      notAfter: formatDateTime(notAfterMs),
    })),
    log: { entries, brokenAt: chain.kind === "broken" ? chain.at : null, undelivered },
    pendingEvents: pending.map(({ number, timestamp, type, techInfo }) => ({
      number,
      timestamp,
      type,
      techInfo,
    })),
  };
}
