/**
 * The cert_store actor owns the credentials: one writer, so that a password, a profile and a certificate that change at once
 * cannot cross.
 *
 * Law: a change is durable before it is answered, and what worked before it stays until the changed has been served
 * (security white paper A01.FR.02, A05.FR.05 to A05.FR.09).
 */
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { SecurityProfile } from "../protocol/proof.ts";
import { presentOf, servedLast, whenServed, withNewProof, withStoredChange } from "../protocol/proof.ts";
import type { SecurityChange } from "../protocol/security_change.ts";
import { judgeAuthorizationKey, judgeSecurityProfile } from "../protocol/security_change.ts";
import { securityKeyOf } from "../protocol/security_key.ts";
import type { Credentials } from "../storage/credentials.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import type { LinkMessage } from "./link.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import type { SecurityEventRaised } from "./security_log.ts";

export interface CertStoreParts {
  readonly address: Address<CertStoreMessage>;
  readonly credentials: CredentialsStore;
  readonly link: Address<LinkMessage>;
  readonly securityLog: Address<SecurityEventRaised>;
  readonly security: StationSecurity;
}

/** What the station is able to. */
export interface StationSecurity {
  /** 0 among them. */
  readonly securityProfiles: readonly SecurityProfile[];
  readonly plainAuthorizationKey: boolean;
}

/** The link only looks at what it has in hand; it answers after a restart, too. */
const presentProofTimeoutMs = 5_000;

export function certStoreActor(parts: CertStoreParts): ActorSpec<CertStoreMessage> {
  return { address: parts.address, start: (self) => new CertStoreBehaviour(self, parts) };
}

class CertStoreBehaviour implements Behaviour<CertStoreMessage> {
  readonly #self: Self<CertStoreMessage>;
  readonly #parts: CertStoreParts;
  readonly #credentials: CredentialsStore;

  constructor(self: Self<CertStoreMessage>, parts: CertStoreParts) {
    this.#self = self;
    this.#parts = parts;
    this.#credentials = self.fence(parts.credentials);
  }

  receive(message: CertStoreMessage): void | Promise<void> {
    switch (message.kind) {
      case "ChangeConfiguration": {
        const { request, reply } = message;
        const tell = (told: Reply<number | null>) => ({ kind: "TellPresentProof" as const, reply: told });
        return this.#self.ask(
          this.#parts.link,
          tell,
          presentProofTimeoutMs,
          (outcome) => ({ kind: "PresentProofTold", request, reply, outcome }),
        );
      }
      case "PresentProofTold": {
        const { request, reply, outcome } = message;
        const proof = outcome.kind === "reply" ? outcome.value : null;
        // Whoever asked is gone, and would not hear the answer.
        return proof === null ? this.#refuse("the link is lost", reply) : this.#change(request, proof, reply);
      }
      case "ProofServed":
        return this.#served(message.proof);
      case "TellSecurityProfile":
        return this.#tell(message.reply);
    }
  }

  async #change({ key, value }: { key: string; value: string }, proof: number, reply: Reply<Answer>) {
    const kept = await this.#credentials.read();
    const present = presentOf(kept.proofs, proof);
    const facts = { ...this.#parts.security, ...factsOf(kept, present.certificate !== undefined) };
    const judged: SecurityChange = securityKeyOf(key) === "SecurityProfile"
      ? judgeSecurityProfile(value, present, facts)
      : judgeAuthorizationKey(value, present, facts);
    if (judged.kind === "refused") return this.#refuse(judged.why, reply);
    const changed = judged.proven ? withNewProof : withStoredChange;
    const isKept = await this.#write({ ...kept, proofs: changed(kept.proofs, proof, judged.change) });
    if (!isKept) return reply(statusAnswer("Rejected"));
    this.#self.send(this.#parts.securityLog, {
      kind: "SecurityEventRaised",
      type: "ReconfigurationOfSecurityParameters",
      techInfo: Object.keys(judged.change).join(),
    });
    reply({ ...statusAnswer("Accepted"), ...(judged.proven ? { thenReconnect: true } : {}) });
  }

  async #served(proof: number): Promise<void> {
    const kept = await this.#credentials.read();
    const proofs = whenServed(kept.proofs, proof);
    if (proofs.length < kept.proofs.length) await this.#write({ ...kept, proofs });
  }

  async #tell(reply: Reply<SecurityProfile>): Promise<void> {
    const { proofs } = await this.#credentials.read();
    reply(servedLast(proofs).securityProfile);
  }

  async #write(credentials: Credentials): Promise<boolean> {
    const outcome = await this.#credentials.write(credentials);
    if (outcome.kind === "refused") this.#self.trace("CredentialsRefused", { error: outcome.error });
    return outcome.kind === "written";
  }

  #refuse(why: string, reply: Reply<Answer>): void {
    this.#self.trace("RefuseConfiguration", { status: "Rejected", why });
    reply(statusAnswer("Rejected"));
  }
}

function factsOf(kept: Credentials, hasChargePointCertificate: boolean) {
  const hasCentralSystemRoot = kept.roots.some(({ certificateType }) =>
    certificateType === "CentralSystemRootCertificate"
  );
  return { hasCentralSystemRoot, hasChargePointCertificate };
}
