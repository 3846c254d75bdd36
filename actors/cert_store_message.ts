/**
 * What the cert_store is told and asked.
 *
 * Law: whoever asks gets a reply; what is told is a hint, and the credentials are the truth (house rule 1). No message holds
 * a password outside the request that brought it, nor ever a private key.
 */
import type { Answer, CallOutcome } from "../protocol/answer.ts";
import type { ChangeConfigurationRequest } from "../protocol/messages/core.ts";
import type {
  CertificateSignedRequest,
  DeleteCertificateRequest,
  GetInstalledCertificateIdsRequest,
  InstallCertificateRequest,
  SignCertificateResponse,
} from "../protocol/messages/security.ts";
import type { SecurityProfile } from "../protocol/proof.ts";
import type { KeyMade } from "../storage/key_ring.ts";
import type { SettingsChanged } from "./configuration.ts";
import type { ClockStepped } from "./connector_message.ts";
import type { CredentialsReport } from "./credentials_report.ts";
import type { Connection } from "./link_message.ts";
import type { Outcome, Reply } from "./otp/actor.ts";

/** What depends on the connection that the request came on, or must not overtake what does. */
export type AskedOnConnection =
  | {
    readonly kind: "InstallCertificate";
    readonly request: InstallCertificateRequest;
    readonly reply: Reply<Answer>;
  }
  /** Of AuthorizationKey or SecurityProfile, which the configuration hands on. */
  | {
    readonly kind: "ChangeConfiguration";
    readonly request: ChangeConfigurationRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "CertificateSigned";
    readonly request: CertificateSignedRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "DeleteCertificate";
    readonly request: DeleteCertificateRequest;
    readonly reply: Reply<Answer>;
  };

export type CertStoreMessage =
  | AskedOnConnection
  /** The link's word on it; null when it is not open any more. */
  | {
    readonly kind: "ConnectionTold";
    readonly asked: AskedOnConnection;
    readonly outcome: Outcome<Connection | null>;
  }
  | {
    readonly kind: "GetInstalledCertificateIds";
    readonly request: GetInstalledCertificateIdsRequest;
    readonly reply: Reply<Answer>;
  }
  /** The central system has served the charger; the link knows on which connection. */
  | { readonly kind: "ProofServed" }
  | { readonly kind: "ServedTold"; readonly outcome: Outcome<Connection | null> }
  /** Replies with the security profile that was served last (A05.FR.08). */
  | { readonly kind: "TellSecurityProfile"; readonly reply: Reply<SecurityProfile> }
  | { readonly kind: "TellCredentials"; readonly reply: Reply<CredentialsReport> }
  | CertificateRequestStep
  | ClockStepped
  | SettingsChanged;

/** How the charge point comes to a certificate. */
export type CertificateRequestStep =
  /** ExtendedTriggerMessage, which has been answered. */
  | { readonly kind: "RequestCertificate" }
  | { readonly kind: "KeyMade"; readonly keyId: string; readonly made: KeyMade }
  | {
    readonly kind: "SigningConcluded";
    readonly keyId: string;
    readonly outcome: Outcome<CallOutcome<SignCertificateResponse>>;
  }
  /** A certificate takes its turn, or one has to be asked for. */
  | { readonly kind: "CertificateDue" };
