/**
 * How this charge point comes to its certificate: a new key, SignCertificate, CertificateSigned, and the next one before it ends
 * (security white paper A02, A03).
 *
 * Law: the key is durable before its request leaves, and the certificate before it is answered. What worked before stays until the
 * central system has served the new one (`protocol/proof.ts`).
 */
import type { Cancel, Clock } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { X509 } from "../hal/x509.ts";
import type { Answer, CallOutcome } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import { chainFlaw } from "../protocol/certificate.ts";
import type { CertificateFacts } from "../protocol/certificate_facts.ts";
import type { Settings } from "../protocol/configuration.ts";
import type { CertificateSignedRequest, SignCertificateResponse } from "../protocol/messages/security.ts";
import type { ChargePointCertificate } from "../protocol/proof.ts";
import type { CallClass } from "../protocol/registration.ts";
import type { Credentials } from "../storage/credentials.ts";
import type { KeyKind, KeyRing } from "../storage/key_ring.ts";
import type { CertificateRequestStep } from "./cert_store_message.ts";
import type { CertificateTurns } from "./certificate_turns.ts";
import type { CredentialsBook } from "./credentials_book.ts";
import type { LinkMessage } from "./link_message.ts";
import type { Address, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { RootStore } from "./root_store.ts";
import type { SecurityEventRaised } from "./security_log.ts";
import { callTimeoutMs, sendCall } from "./send_call.ts";

export interface CertificateRequestsParts {
  readonly book: CredentialsBook;
  readonly roots: RootStore;
  readonly turns: CertificateTurns;
  /** Fenced. */
  readonly keys: KeyRing;
  readonly x509: X509;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly link: Address<LinkMessage>;
  readonly outbox: Address<OutboxMessage>;
  readonly securityLog: Address<SecurityEventRaised>;
  readonly settings: () => Settings;
  readonly keyKind: KeyKind;
  /** Null: the charge point's identity stands in. */
  readonly serialNumber: string | null;
}

/** RSA on a slow board takes seconds; a key that is not told of by then never will be. */
const makingMs = 600_000;
/** The boot comes first. */
const firstLookMs = 60_000;
/** What should have been done already is tried again: a disk that is full stays so for a while. */
const overdueMs = 60_000;
/** A03 leaves open how often: every day until a certificate has come. */
const askAgainMs = 86_400_000;
/** It has not left the charger at all. */
const unsentAgainMs = 3_600_000;

export class CertificateRequests {
  readonly #self: Pick<Self<CertificateRequestStep>, "address" | "send" | "ask" | "after" | "trace">;
  readonly #parts: CertificateRequestsParts;
  #callClass: CallClass = "ordinary";
  /** Being made. One at a time: whoever wants another meanwhile gets this one, whose request has not left yet. */
  #making: { readonly keyId: string; readonly sinceMs: number } | null = null;
  /** The moment, on the monotonic clock, before which no certificate is asked for by ourselves. */
  #notBeforeMs: number;
  #cancelDue: Cancel = () => {};

  constructor(
    self: Pick<Self<CertificateRequestStep>, "address" | "send" | "ask" | "after" | "trace">,
    parts: CertificateRequestsParts,
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#notBeforeMs = parts.clock.monotonicMs() + firstLookMs;
  }

  async step(step: CertificateRequestStep): Promise<void> {
    switch (step.kind) {
      case "RequestCertificate":
        return this.#makeKey("triggered");
      case "KeyMade":
        return await this.#keyMade(step);
      case "SigningConcluded":
        return await this.#concluded(step);
      case "CertificateDue":
        return await this.#due();
    }
  }

  /** CertificateSigned, on the connection of proof `proof`. */
  async signed(
    { certificateChain }: CertificateSignedRequest,
    proof: number,
    reply: Reply<Answer>,
  ): Promise<void> {
    const { book, keys } = this.#parts;
    const kept = await book.read();
    const { pendingKeyId } = kept;
    const publicKey = pendingKeyId === undefined ? null : keys.publicKey(pendingKeyId);
    const judged = this.#judged(certificateChain, kept, publicKey);
    if (judged.kind === "flawed" || pendingKeyId === undefined) {
      return this.#refuse(judged.kind === "flawed" ? judged.why : "no certificate was requested", reply);
    }
    const { pendingKeyId: _, ...rest } = kept;
    const certificate: ChargePointCertificate = { chain: judged.chain, keyId: pendingKeyId };
    const used = this.#parts.turns.used(rest, { certificate, leaf: judged.leaf }, proof);
    if (!await book.write(used.credentials)) return reply(statusAnswer("Rejected"));
    this.#tell(
      "ReconfigurationOfSecurityParameters",
      `charge point certificate ${judged.leaf.serialNumber} signed`,
    );
    reply({ ...statusAnswer("Accepted"), ...(used.isToBeProven ? { thenReconnect: true } : {}) });
    await this.arm();
  }

  /** Sets the timer for whatever comes next; after whatever may change it. */
  async arm(): Promise<void> {
    this.#cancelDue();
    this.#cancelDue = () => {};
    const dueMs = this.#dueMs(await this.#parts.book.read());
    if (dueMs === null) return;
    const aheadMs = dueMs - this.#parts.clock.wallMs();
    const waitMs = aheadMs > 0 ? aheadMs : overdueMs;
    this.#cancelDue = this.#self.after(waitMs, { kind: "CertificateDue" });
  }

  #judged(
    text: string,
    kept: Credentials,
    publicKey: string | null,
  ):
    | { readonly kind: "good"; readonly chain: string; readonly leaf: CertificateFacts }
    | { readonly kind: "flawed"; readonly why: string } {
    const { x509, clock, roots, serialNumber, settings } = this.#parts;
    const { CertificateSignedMaxChainSize: sizeMax, CpoName } = settings();
    if (text.length > sizeMax) {
      return {
        kind: "flawed",
        why: `it has ${text.length} characters, CertificateSignedMaxChainSize is ${sizeMax}`,
      };
    }
    const parsed = x509.parse(text);
    if (parsed.kind === "malformed") return { kind: "flawed", why: parsed.error };
    const central = roots.installed(kept).filter((root) =>
      root.certificateType === "CentralSystemRootCertificate"
    );
    const requested = {
      publicKey,
      organization: CpoName.trim(),
      commonName: serialNumber ?? kept.chargePointId,
      roots: central.map(({ certificate }) => certificate),
    };
    const flaw = chainFlaw(parsed.certificates, requested, clock.wallMs(), x509.isSignedBy);
    const [leaf] = parsed.certificates;
    if (flaw !== null || leaf === undefined) return { kind: "flawed", why: flaw ?? "there is none" };
    return { kind: "good", chain: parsed.certificates.map(({ pem }) => pem).join(""), leaf };
  }

  async #due(): Promise<void> {
    const { clock, book, turns, link } = this.#parts;
    const isToBeProven = await turns.take();
    if (isToBeProven) this.#self.send(link, { kind: "Reconnect", why: "a certificate has become valid" });
    const renewalMs = turns.renewalMs(await book.read());
    const mayAsk = clock.monotonicMs() >= this.#notBeforeMs;
    if (renewalMs !== null && renewalMs <= clock.wallMs() && mayAsk) this.#makeKey("ordinary");
    await this.arm();
  }

  /** In civil time; null when there is nothing to wait for. */
  #dueMs(kept: Credentials): number | null {
    const { clock, turns } = this.#parts;
    const renewalMs = turns.renewalMs(kept);
    const askMs = clock.wallMs() + this.#notBeforeMs - clock.monotonicMs();
    const dueMs = Math.min(turns.nextMs(kept), renewalMs === null ? Infinity : Math.max(renewalMs, askMs));
    return Number.isFinite(dueMs) ? dueMs : null;
  }

  #makeKey(callClass: CallClass): void {
    const { keys, entropy, keyKind, clock, settings, book } = this.#parts;
    this.#notBeforeMs = clock.monotonicMs() + askAgainMs;
    if (settings().CpoName.trim() === "") {
      return this.#self.trace("CannotRequestCertificate", "CpoName is not set");
    }
    if (callClass === "triggered" || this.#making === null) this.#callClass = callClass;
    const nowMs = clock.monotonicMs();
    if (this.#making !== null && nowMs - this.#making.sinceMs < makingMs) return;
    const keyId = entropy.uuid("cert_store");
    this.#making = { keyId, sinceMs: nowMs };
    book.expect(keyId);
    const { address, send } = this.#self;
    keys.generate(keyId, keyKind, (made) => send(address, { kind: "KeyMade", keyId, made }));
  }

  async #keyMade({ keyId, made }: Extract<CertificateRequestStep, { kind: "KeyMade" }>): Promise<void> {
    const { book, keys, x509, settings, serialNumber, outbox } = this.#parts;
    // It comes after a crash, or when it had been given up.
    if (keyId !== this.#making?.keyId) return await book.sweep();
    this.#making = null;
    if (made.kind === "failed") return this.#self.trace("KeyFailed", { error: made.error });
    const kept = await book.read();
    const isKept = await book.write({ ...kept, pendingKeyId: keyId });
    book.expect(null);
    if (!isKept) return await book.sweep();
    const csr = x509.signingRequest({
      organization: settings().CpoName.trim(),
      commonName: serialNumber ?? kept.chargePointId,
      publicKey: made.publicKey,
      sign: (bytes) => keys.sign(keyId, bytes),
    });
    this.#self.ask(
      outbox,
      (reply: Reply<CallOutcome<SignCertificateResponse>>) =>
        sendCall("SignCertificate", { csr }, this.#callClass, reply),
      callTimeoutMs,
      (outcome) => ({ kind: "SigningConcluded", keyId, outcome }),
    );
  }

  /** Rejected is the end of it (A02.FR.04); without an answer the certificate may still come. */
  async #concluded(
    { keyId, outcome }: Extract<CertificateRequestStep, { kind: "SigningConcluded" }>,
  ): Promise<void> {
    const { book, clock } = this.#parts;
    const came = outcome.kind === "reply" ? outcome.value : null;
    this.#self.trace("SigningConcluded", { keyId, came: came?.kind ?? outcome.kind });
    if (came === null || came.kind === "offline") this.#notBeforeMs = clock.monotonicMs() + unsentAgainMs;
    const isRefused = came?.kind === "error" ||
      (came?.kind === "result" && came.payload.status === "Rejected");
    const { pendingKeyId, ...kept } = await book.read();
    if (isRefused && pendingKeyId === keyId) await book.write(kept);
    await this.arm();
  }

  /** A02.FR.07, TC_077. The pending key waits on for its certificate. */
  #refuse(why: string, reply: Reply<Answer>): void {
    this.#self.trace("RefuseCertificate", { why });
    reply(statusAnswer("Rejected"));
    this.#tell("InvalidChargePointCertificate", `CertificateSigned: ${why}`);
  }

  #tell(type: SecurityEventRaised["type"], techInfo: string): void {
    this.#self.send(this.#parts.securityLog, { kind: "SecurityEventRaised", type, techInfo });
  }
}
