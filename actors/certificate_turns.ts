/**
 * Which of its certificates this charge point uses when: the one that has come, those that are not valid yet, and the day on which
 * the next has to be asked for (security white paper A02.FR.08, A02.FR.09, A03).
 *
 * Law: whose turn it is is `protocol/certificate.ts`'s to say; what has worked stays until the central system has served its successor.
 */
import type { Clock } from "../hal/clock.ts";
import type { X509 } from "../hal/x509.ts";
import { renewalDueMs, turnOf } from "../protocol/certificate.ts";
import type { CertificateFacts } from "../protocol/certificate_facts.ts";
import type { ChargePointCertificate } from "../protocol/proof.ts";
import { presentOf, servedLast, UPCOMING_MAX, withChange } from "../protocol/proof.ts";
import type { Credentials } from "../storage/credentials.ts";
import type { CredentialsBook } from "./credentials_book.ts";
import type { Message, Self } from "./otp/actor.ts";

export interface CertificateTurnsParts {
  readonly book: CredentialsBook;
  readonly x509: X509;
  readonly clock: Pick<Clock, "wallMs">;
}

/** With the facts of its first one. */
export interface OwnCertificate {
  readonly certificate: ChargePointCertificate;
  readonly leaf: CertificateFacts;
}

export interface Used {
  readonly credentials: Credentials;
  /** The connection has to start over with it. */
  readonly isToBeProven: boolean;
}

export class CertificateTurns {
  readonly #self: Pick<Self<Message>, "trace">;
  readonly #parts: CertificateTurnsParts;

  constructor(self: Pick<Self<Message>, "trace">, parts: CertificateTurnsParts) {
    this.#self = self;
    this.#parts = parts;
  }

  /** Where a good certificate goes. Without profile 3 the connection shows nothing of it. */
  used(kept: Credentials, { certificate, leaf }: OwnCertificate, proof: number | null): Used {
    const base = presentOf(kept.proofs, proof);
    const present = base.certificate === undefined ? null : this.#leafOf(base.certificate);
    const turn = turnOf(leaf, present, this.#parts.clock.wallMs());
    switch (turn) {
      case "later": {
        const upcoming = [...kept.upcoming ?? [], certificate].slice(-UPCOMING_MAX);
        return { credentials: { ...kept, upcoming }, isToBeProven: false };
      }
      case "never":
        this.#self.trace("KeepCertificate", { present: present?.serialNumber, refused: leaf.serialNumber });
        return { credentials: kept, isToBeProven: false };
      case "now": {
        const isToBeProven = base.securityProfile === 3;
        return {
          credentials: { ...kept, proofs: withChange(kept.proofs, base.number, { certificate }) },
          isToBeProven,
        };
      }
    }
  }

  /** Of what has become valid: the one whose validity has begun last (A02.FR.09). */
  async take(): Promise<boolean> {
    const { book, clock } = this.#parts;
    const { upcoming, ...kept } = await book.read();
    if (upcoming === undefined) return false;
    const nowMs = clock.wallMs();
    const known = upcoming.flatMap((certificate) => {
      const leaf = this.#leafOf(certificate);
      return leaf === null ? [] : [{ certificate, leaf }];
    });
    const begun = known.filter(({ leaf }) => leaf.notBeforeMs <= nowMs);
    const last = begun.toSorted((one, other) => other.leaf.notBeforeMs - one.leaf.notBeforeMs)[0];
    if (last === undefined) return false;
    const waiting = known.filter((one) => !begun.includes(one)).map(({ certificate }) => certificate);
    const rest: Credentials = waiting.length === 0 ? kept : { ...kept, upcoming: waiting };
    const used = this.used(rest, last, null);
    return await book.write(used.credentials) && used.isToBeProven;
  }

  /** When the next one becomes valid, in civil time. */
  nextMs({ upcoming = [] }: Credentials): number {
    return Math.min(...upcoming.map((one) => this.#leafOf(one)?.notBeforeMs ?? Infinity));
  }

  /** A month before the one that serves ends: what has not served yet, unproven or not valid yet, may never do so. */
  renewalMs({ proofs }: Credentials): number | null {
    const { certificate } = servedLast(proofs);
    const leaf = certificate === undefined ? null : this.#leafOf(certificate);
    return leaf === null ? null : renewalDueMs(leaf);
  }

  #leafOf({ chain }: ChargePointCertificate): CertificateFacts | null {
    const parsed = this.#parts.x509.parse(chain);
    return parsed.kind === "parsed" ? parsed.certificates[0] ?? null : null;
  }
}
