/**
 * What the cert_store is told and asked.
 *
 * Law: whoever asks gets a reply; what is told is a hint, and the credentials are the truth (house rule 1). No message holds
 * a password outside the request that brought it, nor ever a private key.
 */
import type { Answer } from "../protocol/answer.ts";
import type { ChangeConfigurationRequest } from "../protocol/messages/core.ts";
import type { SecurityProfile } from "../protocol/proof.ts";
import type { Outcome, Reply } from "./otp/actor.ts";

export type CertStoreMessage =
  /** Of AuthorizationKey or SecurityProfile, which the configuration hands on. */
  | {
    readonly kind: "ChangeConfiguration";
    readonly request: ChangeConfigurationRequest;
    readonly reply: Reply<Answer>;
  }
  /** The link's word on which proof the connection stands that the request came on; null when there is none any more. */
  | {
    readonly kind: "PresentProofTold";
    readonly request: ChangeConfigurationRequest;
    readonly reply: Reply<Answer>;
    readonly outcome: Outcome<number | null>;
  }
  /** The central system has served the charger on this proof. */
  | { readonly kind: "ProofServed"; readonly proof: number }
  /** Replies with the security profile that was served last (A05.FR.08). */
  | { readonly kind: "TellSecurityProfile"; readonly reply: Reply<SecurityProfile> };
