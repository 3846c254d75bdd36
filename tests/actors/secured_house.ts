/**
 * A calm house with certificates: it proves itself by one of its own, and its central system is proven by the operator's root.
 *
 * Law: what was installed and signed is the operator's hierarchy of the simulated world (`tests/sim/hierarchy.ts`).
 */
import { assert, assertEquals } from "@std/assert";
import { readSecurityLog } from "../../actors/security_book.ts";
import { simulatedCertificate } from "../../hal/drivers/simulated_x509.ts";
import type { SimulatedCertificate } from "../../hal/drivers/simulated_x509.ts";
import { operator, operatorRoot, ownCertificate, startWallMs } from "../sim/hierarchy.ts";
import type { CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import { bootedHouse, storeOf } from "./calm_house.ts";

export const dayMs = 86_400_000;

export interface SecuredHouseOptions extends CalmHouseOptions {
  readonly profile?: 0 | 2 | 3;
  /** Of the certificate that it begins with. */
  readonly own?: Partial<SimulatedCertificate>;
}

/** Booted, in profile 3 unless something else is said; CpoName is Operator. Its first key is called `one`. */
export async function securedHouse(options: SecuredHouseOptions = {}): Promise<CalmHouse> {
  const { profile = 3, own = {}, credentials = {}, ...rest } = options;
  const certificate = ownCertificate("one", { notAfterMs: startWallMs + 365 * dayMs, ...own });
  const proof = { number: 1, securityProfile: profile, authorizationKey: "6f6c6420".repeat(4), certificate };
  return await bootedHouse({
    settings: { CpoName: "Operator" },
    ...rest,
    keyIds: ["one", ...options.keyIds ?? []],
    credentials: { proofs: [proof], roots: [operatorRoot], ...credentials },
  });
}

/** What it is answered: the status. */
export async function status(house: CalmHouse, action: string, payload: unknown): Promise<string> {
  const answered = await house.ask(action, payload);
  assert(answered !== null && "result" in answered, `${action} is not answered with a result`);
  return (answered.result as { status: string }).status;
}

/** Lets it ask for a certificate; what it has sent to be signed. */
export async function requested(house: CalmHouse): Promise<string> {
  house.centralSystem.script("SignCertificate", { kind: "answer", payload: { status: "Accepted" } });
  const before = house.sent("SignCertificate").length;
  assertEquals(
    await status(house, "ExtendedTriggerMessage", { requestedMessage: "SignChargePointCertificate" }),
    "Accepted",
  );
  await house.advance(1_000);
  const [sent, ...more] = house.sent("SignCertificate").slice(before);
  assert(
    sent !== undefined && more.length === 0,
    `SignCertificate was sent ${more.length + (sent ? 1 : 0)} times`,
  );
  return String(sent.payload.csr);
}

/** CertificateSigned for what was requested, signed by the operator. */
export async function signed(
  house: CalmHouse,
  csr: string,
  differently: Partial<SimulatedCertificate> = {},
): Promise<string> {
  const chain = operator.sign(csr, house.clock.wallMs(), {
    notBeforeMs: house.clock.wallMs(),
    ...differently,
  });
  return await status(house, "CertificateSigned", { certificateChain: chain });
}

/** The keys of its proofs, newest first. */
export function keyIds(house: CalmHouse): readonly (string | undefined)[] {
  return house.credentials().held().proofs.map(({ certificate }) => certificate?.keyId);
}

/** What the security log has of this type. */
export async function logged(house: CalmHouse, type: string): Promise<readonly string[]> {
  await house.advance(0);
  const store = storeOf(house);
  return (await readSecurityLog(store)).filter((entry) => entry.type === type).map(({ techInfo = "" }) =>
    techInfo
  );
}

/** The security events that the central system has been told of, but for the boots. */
export async function notified(house: CalmHouse): Promise<readonly unknown[]> {
  await house.advance(10_000);
  const types = house.sent("SecurityEventNotification").map(({ payload }) => payload.type);
  return types.filter((type) => type !== "StartupOfTheDevice");
}

/** A server certificate under this key's signature. */
export function serverChain(
  issuer: { organization: string; commonName: string },
  signedWith: string,
): readonly string[] {
  return [simulatedCertificate({
    serialNumber: "1",
    subject: { organization: "Operator", commonName: "csms.test" },
    issuer,
    notBeforeMs: startWallMs,
    notAfterMs: startWallMs + dayMs,
    publicKey: "00",
    signedWith: [...new TextEncoder().encode(signedWith)].map((octet) => octet.toString(16).padStart(2, "0"))
      .join("")
      .toUpperCase(),
    isCa: false,
  })];
}
