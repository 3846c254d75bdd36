/**
 * The cert_store actor owns the credentials: one writer, so that a password, a profile and a certificate that change at once
 * cannot cross.
 *
 * Law: a change is durable before it is answered, and what worked before it stays until the changed has been served
 * (security white paper A01.FR.02, A05.FR.05 to A05.FR.09).
 */
import type { Clock } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { Trust } from "../hal/trust.ts";
import type { X509 } from "../hal/x509.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import { isValid } from "../protocol/certificate.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import type { ChangeConfigurationRequest } from "../protocol/messages/core.ts";
import type { Proof, SecurityProfile } from "../protocol/proof.ts";
import { presentOf, servedLast, withChange } from "../protocol/proof.ts";
import type { SecurityChange } from "../protocol/security_change.ts";
import { judgeAuthorizationKey, judgeSecurityProfile } from "../protocol/security_change.ts";
import { securityKeyOf } from "../protocol/security_key.ts";
import type { Credentials } from "../storage/credentials.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import type { KeyKind, KeyRing } from "../storage/key_ring.ts";
import type { Store } from "../storage/store.ts";
import type { AskedOnConnection, CertStoreMessage } from "./cert_store_message.ts";
import { CertificateRequests } from "./certificate_requests.ts";
import { CertificateTurns } from "./certificate_turns.ts";
import { CredentialsBook } from "./credentials_book.ts";
import type { CredentialsReport } from "./credentials_report.ts";
import { credentialsReport } from "./credentials_report.ts";
import type { Connection, LinkMessage } from "./link_message.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { ProofSettling } from "./proof_settling.ts";
import { RootStore } from "./root_store.ts";
import type { SecurityEventRaised } from "./security_log.ts";
import { readSettings } from "./settings.ts";

export interface CertStoreParts {
  readonly address: Address<CertStoreMessage>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: Store;
  readonly table: KeyTable;
  readonly credentials: CredentialsStore;
  readonly keys: KeyRing;
  readonly x509: X509;
  readonly trust: Trust;
  readonly link: Address<LinkMessage>;
  readonly outbox: Address<OutboxMessage>;
  readonly securityLog: Address<SecurityEventRaised>;
  readonly security: StationSecurity;
  /** By which its certificate names the charge point (A00.FR.511); null: it has none, and its identity stands in. */
  readonly serialNumber: string | null;
}

/** What the station is able to. */
export interface StationSecurity {
  /** 0 among them. */
  readonly securityProfiles: readonly SecurityProfile[];
  readonly plainAuthorizationKey: boolean;
  /** Of the charge point's own certificate. */
  readonly keyKind: KeyKind;
}

/** The link only looks at what it has in hand; it answers after a restart, too. */
const connectionTimeoutMs = 5_000;
/** Whoever was to pass the answer on may have crashed with it: then nobody leaves. */
const leavingMs = 60_000;

export function certStoreActor(parts: CertStoreParts): ActorSpec<CertStoreMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const settings = await readSettings(self.fence(parts.store), parts.table);
      const behaviour = new CertStoreBehaviour(self, parts, settings);
      await behaviour.begin();
      return behaviour;
    },
  };
}

class CertStoreBehaviour implements Behaviour<CertStoreMessage> {
  readonly #self: Self<CertStoreMessage>;
  readonly #parts: CertStoreParts;
  readonly #book: CredentialsBook;
  readonly #roots: RootStore;
  readonly #settling: ProofSettling;
  readonly #requests: CertificateRequests;
  #settings: Settings;
  /** The connection on which a change was Accepted last, and until when the charger should have left it. */
  #leaving = { socket: 0, untilMs: -Infinity };

  constructor(self: Self<CertStoreMessage>, parts: CertStoreParts, settings: Settings) {
    this.#self = self;
    this.#parts = parts;
    this.#settings = settings;
    const keys = self.fence(parts.keys);
    const book = new CredentialsBook(self, { credentials: self.fence(parts.credentials), keys });
    const common = { ...parts, book, keys, settings: () => this.#settings };
    this.#book = book;
    this.#roots = new RootStore(self, common);
    this.#settling = new ProofSettling(self, { book, roots: this.#roots, link: parts.link });
    this.#requests = new CertificateRequests(self, {
      ...common,
      roots: this.#roots,
      turns: new CertificateTurns(self, common),
      keyKind: parts.security.keyKind,
    });
  }

  /** What a crash has left behind goes, and whatever is due is waited for. */
  async begin(): Promise<void> {
    await this.#book.sweep();
    await this.#roots.tellFlawed();
    await this.#requests.arm();
    this.#settling.ask();
  }

  receive(message: CertStoreMessage): void | Promise<void> {
    switch (message.kind) {
      case "ChangeConfiguration":
      case "CertificateSigned":
      case "InstallCertificate":
      case "DeleteCertificate":
        return this.#self.ask(
          this.#parts.link,
          (reply: Reply<Connection | null>) => ({ kind: "TellConnection", reply }),
          connectionTimeoutMs,
          (outcome) => ({ kind: "ConnectionTold", asked: message, outcome }),
        );
      case "ConnectionTold": {
        const { asked, outcome } = message;
        const connection = outcome.kind === "reply" ? outcome.value : null;
        return connection === null ? this.#unheard(asked) : this.#onConnection(asked, connection);
      }
      case "GetInstalledCertificateIds":
        return this.#roots.tell(message.request, message.reply);
      case "ProofServed":
        return this.#settling.ask();
      case "ServedTold":
        return this.#settle(message);
      case "RequestCertificate":
      case "KeyMade":
      case "SigningConcluded":
      case "CertificateDue":
        return this.#requests.step(message);
      case "ClockStepped":
        return this.#requests.arm();
      case "SettingsChanged":
        this.#settings = message.settings;
        return;
      case "TellSecurityProfile":
        return this.#tell(message.reply);
      case "TellCredentials":
        return this.#report(message.reply);
    }
  }

  #onConnection(asked: AskedOnConnection, { socket, proof, peerChain }: Connection): void | Promise<void> {
    if (asked.kind === "InstallCertificate") return this.#roots.install(asked.request, asked.reply);
    if (asked.kind === "DeleteCertificate") {
      return this.#roots.remove(asked.request, peerChain, asked.reply);
    }
    const nowMs = this.#parts.clock.monotonicMs();
    if (socket === this.#leaving.socket && nowMs < this.#leaving.untilMs) {
      return this.#refuse("a change was Accepted on this connection", "Rejected", asked.reply);
    }
    const reply = (answer: Answer): void => {
      const isLeft = answer.kind === "result" && answer.thenReconnect === true;
      if (isLeft) this.#leaving = { socket, untilMs: nowMs + leavingMs };
      asked.reply(answer);
    };
    if (asked.kind === "ChangeConfiguration") return this.#change(asked.request, proof, reply);
    return this.#requests.signed(asked.request, proof, reply);
  }

  /** Whoever asked is gone, and would not hear the answer. */
  #unheard({ kind, reply }: AskedOnConnection): void {
    this.#refuse("the link is lost", kind === "DeleteCertificate" ? "Failed" : "Rejected", reply);
  }

  async #change(
    { key, value }: ChangeConfigurationRequest,
    proof: number,
    reply: Reply<Answer>,
  ): Promise<void> {
    const kept = await this.#book.read();
    const present = presentOf(kept.proofs, proof);
    const facts = { ...this.#parts.security, ...this.#validOf(kept, present) };
    const judged: SecurityChange = securityKeyOf(key) === "SecurityProfile"
      ? judgeSecurityProfile(value, present, facts)
      : judgeAuthorizationKey(value, present, facts);
    if (judged.kind === "refused") return this.#refuse(judged.why, "Rejected", reply);
    const { authorizationKey } = judged.change;
    const isSame = authorizationKey !== undefined &&
      authorizationKey === present.authorizationKey?.toLowerCase();
    if (isSame && !judged.proven) return reply(statusAnswer("Accepted"));
    const isKept = await this.#book.write({ ...kept, proofs: withChange(kept.proofs, proof, judged.change) });
    if (!isKept) return reply(statusAnswer("Rejected"));
    this.#self.send(this.#parts.securityLog, {
      kind: "SecurityEventRaised",
      type: "ReconfigurationOfSecurityParameters",
      techInfo: Object.keys(judged.change).join(),
    });
    reply({ ...statusAnswer("Accepted"), ...(judged.proven ? { thenReconnect: true } : {}) });
  }

  async #settle(message: Extract<CertStoreMessage, { kind: "ServedTold" }>): Promise<void> {
    // It is another certificate that has to be renewed now, perhaps sooner.
    if (await this.#settling.settle(message)) await this.#requests.arm();
  }

  async #tell(reply: Reply<SecurityProfile>): Promise<void> {
    const { proofs } = await this.#book.read();
    reply(servedLast(proofs).securityProfile);
  }

  async #report(reply: Reply<CredentialsReport>): Promise<void> {
    reply(credentialsReport(await this.#book.read(), this.#parts.x509));
  }

  /** A05.FR.03, A05.FR.04: it has to be valid now. */
  #validOf(kept: Credentials, { certificate }: Proof) {
    const nowMs = this.#parts.clock.wallMs();
    const parsed = this.#parts.x509.parse(certificate?.chain ?? "");
    const [leaf] = parsed.kind === "parsed" ? parsed.certificates : [];
    return {
      hasCentralSystemRoot: this.#roots.installed(kept).some((root) =>
        root.certificateType === "CentralSystemRootCertificate" && isValid(root.certificate, nowMs)
      ),
      hasChargePointCertificate: leaf !== undefined && isValid(leaf, nowMs),
    };
  }

  #refuse(why: string, status: "Rejected" | "Failed", reply: Reply<Answer>): void {
    this.#self.trace("RefuseConfiguration", { status, why });
    reply(statusAnswer(status));
  }
}
