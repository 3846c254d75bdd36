/**
 * The credentials as the cert_store writes them, and the keys that go with them.
 *
 * Law: a key to which nothing refers is removed, when what referred to it has durably changed and at each start: a crash between the
 * two leaves one key more for a while, never one less.
 */
import type { Credentials } from "../storage/credentials.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import type { KeyRing } from "../storage/key_ring.ts";
import type { Message, Self } from "./otp/actor.ts";

export interface CredentialsBookParts {
  /** Both fenced. */
  readonly credentials: CredentialsStore;
  readonly keys: KeyRing;
}

export class CredentialsBook {
  readonly #self: Pick<Self<Message>, "trace">;
  readonly #parts: CredentialsBookParts;
  /** It is being made, or has been, and the credentials do not say so yet. */
  #expected: string | null = null;

  constructor(self: Pick<Self<Message>, "trace">, parts: CredentialsBookParts) {
    this.#self = self;
    this.#parts = parts;
  }

  read(): Promise<Credentials> {
    return this.#parts.credentials.read();
  }

  /** False when the medium refuses: then what held before holds on, and is written over whatever the medium has taken. */
  async write(credentials: Credentials): Promise<boolean> {
    const before = await this.read();
    const outcome = await this.#parts.credentials.write(credentials);
    if (outcome.kind === "refused") {
      this.#self.trace("CredentialsRefused", { error: outcome.error });
      await this.#parts.credentials.write(before);
      return false;
    }
    await this.sweep();
    return true;
  }

  /** From now on only this key is spared; null: none. */
  expect(keyId: string | null): void {
    this.#expected = keyId;
  }

  async sweep(): Promise<void> {
    const { keys } = this.#parts;
    const { proofs, pendingKeyId, upcoming = [] } = await this.read();
    const certificates = [...proofs.map(({ certificate }) => certificate), ...upcoming];
    const used = new Set([...certificates.map((one) => one?.keyId), pendingKeyId, this.#expected]);
    for (const keyId of keys.keyIds()) {
      if (used.has(keyId)) continue;
      this.#self.trace("RemoveKey", { keyId });
      await keys.remove(keyId);
    }
  }
}
