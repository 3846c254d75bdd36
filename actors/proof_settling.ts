/**
 * What a success ends: the forerunners of what has been proven, of the charge point's proofs as of the central system's roots.
 *
 * Law: the link knows the success, and the credentials whether it is settled. Whatever comes between the two, a crash or a medium
 * that refuses, it is asked for again until it is (security white paper A00.FR.005, A05.FR.09).
 */
import type { Cancel } from "../hal/clock.ts";
import { whenServed } from "../protocol/proof.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import type { CredentialsBook } from "./credentials_book.ts";
import type { Connection, LinkMessage } from "./link_message.ts";
import type { Address, Reply, Self } from "./otp/actor.ts";
import type { RootStore } from "./root_store.ts";

export interface ProofSettlingParts {
  readonly book: CredentialsBook;
  readonly roots: RootStore;
  readonly link: Address<LinkMessage>;
}

/** The link only looks at what it has in hand; it answers after a restart, too. */
const servedTimeoutMs = 5_000;
const againMs = 60_000;

export class ProofSettling {
  readonly #self: Self<CertStoreMessage>;
  readonly #parts: ProofSettlingParts;
  #cancelAgain: Cancel = () => {};

  constructor(self: Self<CertStoreMessage>, parts: ProofSettlingParts) {
    this.#self = self;
    this.#parts = parts;
  }

  ask(): void {
    this.#self.ask(
      this.#parts.link,
      (reply: Reply<Connection | null>) => ({ kind: "TellServed", reply }),
      servedTimeoutMs,
      (outcome) => ({ kind: "ServedTold", outcome }),
    );
  }

  /** True where something has changed. */
  async settle({ outcome }: Extract<CertStoreMessage, { kind: "ServedTold" }>): Promise<boolean> {
    if (outcome.kind !== "reply") return this.#again();
    if (outcome.value === null) return false;
    const { proof, peerChain } = outcome.value;
    const { book, roots } = this.#parts;
    const kept = await book.read();
    const proofs = whenServed(kept.proofs, proof);
    const left = roots.afterSuccess(kept, peerChain);
    const isChanged = proofs.length < kept.proofs.length || proofs[0].number !== kept.proofs[0].number ||
      left !== kept.roots;
    if (!isChanged) return false;
    // Until it is written down a power cut forgets the success, and the next start may go below it.
    return await book.write({ ...kept, proofs, roots: left }) || this.#again();
  }

  #again(): false {
    this.#cancelAgain();
    this.#cancelAgain = this.#self.after(againMs, { kind: "ProofServed" });
    return false;
  }
}
