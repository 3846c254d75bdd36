/**
 * A certificate authority of the simulated world, for whoever plays the central system.
 *
 * Law: a function of what it is asked. Serial numbers count from 1; it signs whatever it is given.
 */
import type { SimulatedCertificate, SimulatedName } from "./simulated_x509.ts";
import { simulatedCertificate, simulatedRequest } from "./simulated_x509.ts";

export interface SimulatedAuthority {
  /** Its own, PEM. */
  readonly certificate: string;
  /** What a signing request asks for, valid from a day before `nowMs` to thirty days behind it, or as `differently` says. */
  readonly sign: (request: string, nowMs: number, differently?: Partial<SimulatedCertificate>) => string;
  /** Another authority's certificate under this one's signature. */
  readonly signAuthority: (name: SimulatedName, publicKey: string, nowMs: number) => string;
}

const dayMs = 86_400_000;
const authorityDays = 3_650;

/** `key` is its key's name: whoever has it can sign. */
export function createSimulatedAuthority(
  name: SimulatedName,
  key: string,
  nowMs: number,
  differently: Partial<SimulatedCertificate> = {},
): SimulatedAuthority {
  let serial = 0;

  function issued(certificate: Omit<SimulatedCertificate, "serialNumber" | "issuer" | "signedWith">): string {
    const serialNumber = (++serial).toString(16).toUpperCase();
    return simulatedCertificate({ serialNumber, issuer: name, signedWith: hexOf(key), ...certificate });
  }

  const authority = { isCa: true, notBeforeMs: nowMs - dayMs, notAfterMs: nowMs + authorityDays * dayMs };
  return {
    certificate: issued({ subject: name, publicKey: hexOf(key), ...authority, ...differently }),
    sign: (request, atMs, leaf = {}) => {
      const { organization, commonName, publicKey } = simulatedRequest(request);
      return issued({
        subject: { organization, commonName },
        publicKey,
        isCa: false,
        notBeforeMs: atMs - dayMs,
        notAfterMs: atMs + 30 * dayMs,
        ...leaf,
      });
    },
    signAuthority: (subject, publicKey, atMs) =>
      issued({
        subject,
        publicKey,
        isCa: true,
        notBeforeMs: atMs - dayMs,
        notAfterMs: atMs + authorityDays * dayMs,
      }),
  };
}

function hexOf(key: string): string {
  return [...key].map((letter) => (letter.codePointAt(0) ?? 0).toString(16).padStart(2, "0")).join("")
    .toUpperCase();
}
