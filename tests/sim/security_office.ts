/**
 * The central system's side of the rollovers of password, security profile, certificate and root: what it asks for, and whom it
 * lets in (security white paper A00, A01, A02, A05, M04, M05).
 *
 * Law: it does what the white paper lets a central system do. The old password is over when the new one was Accepted (A01.FR.03),
 * a lower profile when a higher one has come (A05.FR.09); and it may be slow to take what was Accepted.
 */
import { createSimulatedX509 } from "../../hal/drivers/simulated_x509.ts";
import { authorizationKeyText } from "../../protocol/authorization_key.ts";
import type { CallError, CallResult } from "../../protocol/frame.ts";
import type { SecurityProfile } from "../../protocol/proof.ts";
import { profileOf } from "./faulty_dial.ts";
import { startWallMs } from "./hierarchy.ts";
import { type Demands, leafOf, provenBy, refusalOf } from "./security_gate.ts";
import { authorityOf, firstPassword, requestOf, type SecurityStart } from "./security_start.ts";
import type { World } from "./world.ts";

/** How it answers the next SignCertificate; `future` is valid twenty minutes later. */
export type Signing = "right" | "otherKey" | "expired" | "future" | "rejected" | "never";

export type SecurityWord =
  /** ChangeConfiguration of AuthorizationKey to this text. */
  | { readonly kind: "password"; readonly text: string }
  | { readonly kind: "securityProfile"; readonly value: string }
  | { readonly kind: "certificate"; readonly signing: Signing; readonly afterMs: number }
  /** `present`: its own certificate is of this root from the next connection on, if the charger is known to have it. */
  | {
    readonly kind: "root";
    readonly operation: "install" | "installExpired" | "delete" | "present";
    readonly generation: number;
  }
  /** For so long it goes by what was before the next change that is Accepted. */
  | { readonly kind: "forgetful"; readonly forMs: number };

export interface SecurityOffice {
  readonly start: SecurityStart;
  readonly say: (word: SecurityWord) => void;
  /** From now on it takes at once what was Accepted. */
  readonly heal: () => void;
  /** Rolls over once more, as it is meant to be done: true once the charger has come with what is new. */
  readonly rollOver: () => () => boolean;
  /** Of whom it has let in last. */
  readonly served: () => { readonly securityProfile: SecurityProfile; readonly password: string };
  /** All that it has ever asked for, as it was written and as it is kept. */
  readonly passwords: readonly string[];
  /** What the charger has taken that it must refuse. */
  readonly breaches: readonly string[];
}

export type SecuredWorld = World & { readonly office: SecurityOffice };

const dayMs = 86_400_000;
const futureMs = 20 * 60_000;

export function createSecurityOffice(
  { centralSystem, clock, keys, reached }: World,
  start: SecurityStart,
): SecurityOffice {
  const x509 = createSimulatedX509();
  const authorities = [0, 1, 2, 3].map(authorityOf);
  const authorityFacts = authorities.flatMap(({ certificate }) => leafOf(certificate) ?? []);
  const serverChains = authorities.map((one) => one.sign(requestOf("csms.test", "00"), startWallMs));
  const breaches: string[] = [];
  const passwords: string[] = [];
  /** Of CALLs of the present connection, by message id. */
  const asked = new Map<string, (status: string) => void>();
  const signings: Extract<SecurityWord, { kind: "certificate" }>[] = [];
  /** Roots that the charger is known to have. */
  const installed = new Set(start.hasRoot || start.securityProfile >= 2 ? [0] : []);
  const demands: Demands = {
    served: start.securityProfile,
    wished: null,
    password: firstPassword,
    offered: null,
    root: "",
    forgotten: new Set(),
  };
  const rootsAsked = new Map<number, number>();
  /** The root of its own certificate, and that of the present connection. */
  let root = 0;
  let rootOfConnection: number | null = null;
  let forgetfulMs = 0;
  /** A change that is not taken yet is over when the next one is asked for. */
  let changes = 0;
  let lastLeaf = "";
  /** The password, or the leaf, of whom it has let in last. */
  let came = "";
  let rolledOver = 0;

  const trueMs = () => startWallMs + clock.monotonicMs();
  const operator = { authorities: authorityFacts, keyIds: keys.ring.keyIds, nowMs: trueMs };

  centralSystem.guard((knock) => {
    const refusal = refusalOf(knock, demands, operator);
    if (refusal !== null) {
      reached.add(`knock refused: ${refusal}`);
      return refusal;
    }
    const profile = profileOf(knock);
    came = provenBy(knock);
    if (profile > demands.served) reached.add(`rolled over to security profile ${profile}`);
    if (profile === demands.wished) demands.wished = null;
    if (came === demands.offered) {
      reached.add("a password is taken that was not answered");
      demands.password = came;
    }
    demands.served = profile;
    asked.clear();
    rootOfConnection = knock.tls === undefined ? null : root;
    return null;
  });
  centralSystem.serve("SignCertificate", (payload) => signed((payload as { csr: string }).csr));
  centralSystem.listen((frame) => answered(frame));
  present(0);

  function present(generation: number): void {
    root = generation;
    demands.root = authorities[generation]?.certificate ?? "";
    centralSystem.present([serverChains[generation] ?? ""]);
  }

  function ask(action: string, payload: unknown, then: (status: string) => void): void {
    asked.set(centralSystem.call(action, payload), then);
  }

  function answered(frame: CallResult | CallError): void {
    const then = asked.get(frame.id);
    asked.delete(frame.id);
    const { status = "" } = frame.kind === "CallResult" ? frame.payload as { status?: string } : {};
    then?.(status);
  }

  /** Now, or when it remembers; `isLast`: nothing of its kind has been asked for since, also before it was answered. */
  function take(change: () => void, isLast: () => boolean = () => true): void {
    const forMs = forgetfulMs;
    const number = changes;
    forgetfulMs = 0;
    if (forMs === 0) return change();
    reached.add("change Accepted and forgotten");
    clock.after(forMs, () => number === changes && isLast() && change());
  }

  function changePassword(text: string): void {
    const kept = /^(?:[0-9A-Fa-f]{2}){16,20}$/.test(text)
      ? text.toLowerCase()
      : authorizationKeyText(new TextEncoder().encode(text));
    passwords.push(text, kept);
    changes += 1;
    if (start.takesUnheard) demands.offered = kept;
    ask("ChangeConfiguration", { key: "AuthorizationKey", value: text }, (status) => {
      demands.offered = null;
      if (status !== "Accepted") return;
      reached.add(`AuthorizationKey Accepted in profile ${demands.served}`);
      take(() => void (demands.password = kept), () => passwords.at(-1) === kept);
    });
  }

  function changeProfile(value: string): void {
    const profile = ([1, 2, 3] as const).find((one) => String(one) === value) ?? null;
    const isUp = profile !== null && profile > demands.served;
    changes += 1;
    if (isUp && start.takesUnheard) demands.wished = profile;
    ask("ChangeConfiguration", { key: "SecurityProfile", value }, (status) => {
      reached.add(`SecurityProfile ${isUp ? "upgrade" : "downgrade"} ${status}`);
      if (status === "Accepted" && !isUp) breaches.push(`SecurityProfile ${value} after ${demands.served}`);
      if (status === "Accepted" && isUp) take(() => void (demands.wished = profile));
      if (status !== "Accepted" && profile === demands.wished) demands.wished = null;
    });
  }

  function signed(csr: string): { readonly status: "Accepted" | "Rejected" } {
    const { signing = "right", afterMs = 1_000 } = signings.shift() ?? {};
    if (signing === "rejected") return { status: "Rejected" };
    if (signing !== "never") clock.after(afterMs, () => sendCertificate(csr, signing));
    return { status: "Accepted" };
  }

  function sendCertificate(csr: string, signing: Signing): void {
    const nowMs = trueMs();
    const chain = authorities[root]?.sign(csr, nowMs, {
      notBeforeMs: nowMs,
      ...(signing === "otherKey" ? { publicKey: "00" } : {}),
      ...(signing === "expired" ? { notBeforeMs: nowMs - 2 * dayMs, notAfterMs: nowMs - dayMs } : {}),
      ...(signing === "future" ? { notBeforeMs: nowMs + futureMs } : {}),
    }) ?? "";
    changes += 1;
    lastLeaf = signing === "right" ? chain : lastLeaf;
    ask("CertificateSigned", { certificateChain: chain }, (status) => {
      reached.add(`certificate ${signing} ${status}`);
      if (status !== "Accepted") return;
      if (signing === "otherKey") breaches.push("a certificate of another key");
      demands.forgotten.add(chain);
      take(() => void demands.forgotten.clear());
    });
  }

  /** Whether nothing else has been asked about this root since. */
  function askedOf(generation: number): () => boolean {
    const number = (rootsAsked.get(generation) ?? 0) + 1;
    rootsAsked.set(generation, number);
    return () => rootsAsked.get(generation) === number;
  }

  function changeRoot({ operation, generation }: Extract<SecurityWord, { kind: "root" }>): void {
    const certificate = authorities[generation]?.certificate ?? "";
    const certificateType = "CentralSystemRootCertificate";
    switch (operation) {
      case "install": {
        const isLast = askedOf(generation);
        return ask("InstallCertificate", { certificateType, certificate }, (status) => {
          reached.add(`root install ${status}`);
          if (status === "Accepted" && isLast()) installed.add(generation);
        });
      }
      case "installExpired": {
        const expired = authorityOf(0).signAuthority({ organization: "X", commonName: "X" }, "00", -9e12);
        return ask("InstallCertificate", { certificateType, certificate: expired }, (status) => {
          if (status === "Accepted") breaches.push("a root that has expired");
        });
      }
      case "present":
        if (installed.has(generation) && generation > root) {
          reached.add("central system presents another root");
          present(generation);
        }
        return;
      case "delete":
        return deleteRoot(generation, certificate);
    }
  }

  /**
   * That of its own next connection only while the present one stands on it, where the charger has to refuse (M04.FR.06), or on none,
   * where there is a way back.
   */
  function deleteRoot(generation: number, certificate: string): void {
    const isInUse = generation === rootOfConnection;
    const [facts, issuer] = [leafOf(certificate), authorityFacts[Math.max(0, generation - 1)]];
    if (
      facts === null || issuer === undefined || generation === root && !isInUse && rootOfConnection !== null
    ) return;
    askedOf(generation);
    const wasThere = !isInUse && installed.delete(generation);
    const certificateHashData = x509.hashData(facts, issuer, "SHA256");
    ask("DeleteCertificate", { certificateHashData }, (status) => {
      reached.add(`root delete ${status}`);
      if (isInUse && status === "Accepted") breaches.push("to delete the root of the present connection");
      if (status === "Failed" && wasThere) installed.add(generation);
    });
  }

  function rollOver(): () => boolean {
    rolledOver += 1;
    const number = String(rolledOver).padStart(2, "0");
    const fresh = number.repeat(16);
    if (demands.served === 3) {
      lastLeaf = "";
      signings.length = 0;
      centralSystem.call("ChangeConfiguration", { key: "CpoName", value: "Operator" });
      ask("ExtendedTriggerMessage", { requestedMessage: "SignChargePointCertificate" }, () => {});
      return () => lastLeaf !== "" && came === lastLeaf && centralSystem.connected();
    }
    const isUnproven = demands.served === 0;
    changePassword(fresh);
    if (isUnproven) clock.after(30_000, () => changeProfile("1"));
    return () => came === fresh && centralSystem.connected();
  }

  return {
    start,
    say: (word) => {
      switch (word.kind) {
        case "password":
          return changePassword(word.text);
        case "securityProfile":
          return changeProfile(word.value);
        case "certificate":
          signings.push(word);
          return ask("ExtendedTriggerMessage", { requestedMessage: "SignChargePointCertificate" }, () => {});
        case "root":
          return changeRoot(word);
        case "forgetful":
          forgetfulMs = word.forMs;
          return;
      }
    },
    heal: () => {
      forgetfulMs = 0;
      demands.forgotten.clear();
    },
    rollOver,
    served: () => ({ securityProfile: demands.served, password: demands.password }),
    passwords,
    breaches,
  };
}
