/**
 * The root certificates of this charge point: InstallCertificate, DeleteCertificate, GetInstalledCertificateIds, and the root
 * that is forgotten when its successor has proven the central system (security white paper M03, M04, M05).
 *
 * Law: what may be installed and removed is `protocol/root_certificates.ts`'s to say; here it becomes durable before it is answered.
 */
import type { Clock } from "../hal/clock.ts";
import type { Trust } from "../hal/trust.ts";
import type { X509 } from "../hal/x509.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { CertificateFacts } from "../protocol/certificate_facts.ts";
import type { Settings } from "../protocol/configuration.ts";
import type {
  CertificateUse,
  DeleteCertificateRequest,
  GetInstalledCertificateIdsRequest,
  GetInstalledCertificateIdsResponse,
  InstallCertificateRequest,
} from "../protocol/messages/security.ts";
import type { InstalledRoot, Presented } from "../protocol/root_certificates.ts";
import { afterSuccess, install, remove } from "../protocol/root_certificates.ts";
import type { Credentials, InstalledRoot as RootRecord } from "../storage/credentials.ts";
import type { CredentialsBook } from "./credentials_book.ts";
import type { Address, Message, Reply, Self } from "./otp/actor.ts";
import type { SecurityEventRaised } from "./security_log.ts";

export interface RootStoreParts {
  readonly book: CredentialsBook;
  readonly x509: X509;
  readonly trust: Trust;
  readonly clock: Pick<Clock, "wallMs">;
  readonly securityLog: Address<SecurityEventRaised>;
  readonly settings: () => Settings;
}

export class RootStore {
  readonly #self: Pick<Self<Message>, "send" | "trace">;
  readonly #parts: RootStoreParts;

  constructor(self: Pick<Self<Message>, "send" | "trace">, parts: RootStoreParts) {
    this.#self = self;
    this.#parts = parts;
  }

  async install(
    { certificateType, certificate }: InstallCertificateRequest,
    reply: Reply<Answer>,
  ): Promise<void> {
    const { book, x509, trust, clock, settings } = this.#parts;
    const { CertificateStoreMaxLength, AdditionalRootCertificateCheck } = settings();
    const parsed = x509.parse(certificate);
    const [given, ...more] = parsed.kind === "parsed" ? parsed.certificates : [];
    if (given === undefined || more.length > 0) {
      const why = parsed.kind === "malformed" ? parsed.error : "write one certificate, not a chain";
      return this.#refuse(certificateType, why, true, reply);
    }
    const wrong = trust.rootFlaw(given.pem);
    if (wrong !== null) return this.#refuse(certificateType, wrong, true, reply);
    const kept = await book.read();
    const before = this.installed(kept);
    const rules = { lengthMax: CertificateStoreMaxLength, additionalCheck: AdditionalRootCertificateCheck };
    const came = install(certificateType, given, before, rules, clock.wallMs(), x509.isSignedBy);
    if (came.status === "Rejected") return this.#refuse(certificateType, came.why, came.isFlawed, reply);
    const isKept = came.roots === before || await this.#write(kept, came.roots);
    if (came.roots !== before && isKept) this.#changed(`${certificateType} ${given.serialNumber} installed`);
    reply(statusAnswer(isKept ? "Accepted" : "Failed"));
  }

  async remove(
    { certificateHashData }: DeleteCertificateRequest,
    peerChain: readonly string[],
    reply: Reply<Answer>,
  ): Promise<void> {
    const { book, x509, trust } = this.#parts;
    const kept = await book.read();
    const removing = {
      presented: this.#presented(peerChain),
      hashOf: x509.hashData,
      loads: ({ pem }: CertificateFacts) => trust.rootFlaw(pem) === null,
    };
    const came = remove(certificateHashData, this.installed(kept), removing);
    if (came.status !== "Accepted") {
      this.#self.trace("RefuseDeletion", { status: came.status, why: came.why });
      return reply(statusAnswer(came.status));
    }
    const isKept = await this.#write(kept, came.roots);
    if (isKept) this.#changed(`root certificate ${certificateHashData.serialNumber} deleted`);
    reply(statusAnswer(isKept ? "Accepted" : "Failed"));
  }

  async tell({ certificateType }: GetInstalledCertificateIdsRequest, reply: Reply<Answer>): Promise<void> {
    const roots = this.installed(await this.#parts.book.read());
    const certificateHashData = roots.filter((root) => root.certificateType === certificateType)
      .map(({ certificate, issuer }) => this.#parts.x509.hashData(certificate, issuer, "SHA256"));
    const payload: GetInstalledCertificateIdsResponse = certificateHashData.length === 0
      ? { status: "NotFound" }
      : { status: "Accepted", certificateHashData };
    reply({ kind: "result", payload });
  }

  /** What of the roots stays when this peer has served the charger: the same list when nothing goes. */
  afterSuccess(kept: Credentials, peerChain: readonly string[]): Credentials["roots"] {
    const installed = this.installed(kept);
    const left = afterSuccess(installed, this.#presented(peerChain));
    return left.length === installed.length ? kept.roots : this.#records(kept, left);
  }

  /** A root that is there already, out of the configuration or from before an update, is left out of every dial. */
  async tellFlawed(): Promise<void> {
    for (const { certificateType, pem } of (await this.#parts.book.read()).roots) {
      const why = this.#parts.trust.rootFlaw(pem);
      if (why === null) continue;
      this.#self.trace("LeaveOutRoot", { certificateType, why });
      this.#tellInvalid(certificateType, `an installed root is left out: ${why}`);
    }
  }

  installed({ roots }: Credentials): readonly InstalledRoot[] {
    return roots.flatMap(({ certificateType, pem, fallback, issuer }) => {
      const certificate = this.#parsed(pem);
      if (certificate === null) return [];
      const signer = issuer === undefined ? certificate : this.#parsed(issuer) ?? certificate;
      return [{ certificateType, certificate, issuer: signer, isFallback: fallback === true }];
    });
  }

  #presented(peerChain: readonly string[]): Presented {
    const { x509, trust, clock } = this.#parts;
    const read = peerChain.map((pem) => this.#parsed(pem)).filter((one) => one !== null);
    return {
      peerChain: read,
      nowMs: clock.wallMs(),
      signedBy: x509.isSignedBy,
      proves: ({ pem }) => trust.proves(pem, peerChain),
    };
  }

  async #write(kept: Credentials, roots: readonly InstalledRoot[]): Promise<boolean> {
    return await this.#parts.book.write({ ...kept, roots: this.#records(kept, roots) });
  }

  /** What the operator has given and cannot be read here stays as it is. */
  #records(kept: Credentials, roots: readonly InstalledRoot[]): Credentials["roots"] {
    return [...kept.roots.filter(({ pem }) => this.#parsed(pem) === null), ...roots.map(recordOf)];
  }

  #parsed(pem: string): CertificateFacts | null {
    const parsed = this.#parts.x509.parse(pem);
    return parsed.kind === "parsed" ? parsed.certificates[0] ?? null : null;
  }

  /** TC_078: of a CentralSystemRootCertificate that is no good the central system is told, after the conf. */
  #refuse(
    certificateType: CertificateUse,
    why: string,
    isFlawed: boolean,
    reply: Reply<Answer>,
  ): void {
    this.#self.trace("RefuseInstallation", { certificateType, why });
    reply(statusAnswer("Rejected"));
    if (isFlawed) this.#tellInvalid(certificateType, `InstallCertificate: ${why}`);
  }

  #tellInvalid(certificateType: CertificateUse, techInfo: string): void {
    if (certificateType !== "CentralSystemRootCertificate") return;
    this.#self.send(this.#parts.securityLog, {
      kind: "SecurityEventRaised",
      type: "InvalidCentralSystemCertificate",
      techInfo,
    });
  }

  #changed(techInfo: string): void {
    this.#self.send(this.#parts.securityLog, {
      kind: "SecurityEventRaised",
      type: "ReconfigurationOfSecurityParameters",
      techInfo,
    });
  }
}

function recordOf({ certificateType, certificate, issuer, isFallback }: InstalledRoot): RootRecord {
  return {
    certificateType,
    pem: certificate.pem,
    ...(isFallback ? { fallback: true } : {}),
    ...(issuer.pem === certificate.pem ? {} : { issuer: issuer.pem }),
  };
}
