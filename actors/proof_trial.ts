/**
 * The proof that the link stands on, and how it fares: which one the next dial takes depends on it (`protocol/proof.ts`).
 *
 * Law: a proof is served when the central system has spoken on its connection. An accept that is followed by a close proves
 * nothing, and a connection that was ended at our own wish has refused nothing. What was served makes an end of what was before it.
 */
import type { Proof, Proofs, SecurityProfile } from "../protocol/proof.ts";
import { proofToTry } from "../protocol/proof.ts";
import type { Connection } from "./link_message.ts";

/** What outlives a crash of the link: it may not be written down yet. */
export interface Success {
  /** The last connection on which the central system has spoken, be it open or not. */
  served: Connection & { readonly securityProfile: SecurityProfile } | null;
}

export class ProofTrial {
  readonly #success: Success;
  #proof: Proof | null = null;
  #socket = 0;
  #peerChain: readonly string[] = [];
  /** Dials since a proof was served. */
  #refusals = 0;
  #served = false;

  constructor(success: Success) {
    this.#success = success;
  }

  /** Of the last dial; null before the first. */
  proof(): Proof | null {
    return this.#proof;
  }

  /** For a dial that begins now. */
  next(proofs: Proofs): Proof {
    this.#served = false;
    this.#peerChain = [];
    const { served } = this.#success;
    const known = served === null ? null : { ...served, number: served.proof };
    return this.#proof = proofToTry(proofs, this.#refusals, known);
  }

  opened(socket: number, peerChain: readonly string[]): void {
    this.#socket = socket;
    this.#peerChain = peerChain;
  }

  connection(): Connection | null {
    if (this.#proof === null) return null;
    return { socket: this.#socket, proof: this.#proof.number, peerChain: this.#peerChain };
  }

  /** The central system has spoken: true the first time on a connection. */
  spoken(): boolean {
    const connection = this.connection();
    if (this.#served || this.#proof === null || connection === null) return false;
    this.#served = true;
    this.#success.served = { ...connection, securityProfile: this.#proof.securityProfile };
    return true;
  }

  ended({ atOwnWish }: { readonly atOwnWish: boolean }): void {
    if (this.#served) this.#refusals = 0;
    else if (!atOwnWish) this.#refusals += 1;
  }
}
