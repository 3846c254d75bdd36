/**
 * The security events: their names, which of them are sent, and what may be said with one (security white paper §1.47, A04).
 *
 * Law: every event is logged, where it is not one too many (`event_allowance.ts`). Sent are the critical ones (A04.FR.01) and those
 * that a use case or a test wants sent; the others on request (SendAllSecurityEvents). What is said with one carries no secret.
 */
import { withoutCredentials } from "./redact.ts";

/** `sent`: not critical, and sent all the same (L01.FR.02, L01.FR.03, TC_077, TC_078). */
type EventClass = "critical" | "sent" | "logged";

const CLASSES = {
  FirmwareUpdated: "critical",
  FailedToAuthenticateAtCentralSystem: "logged",
  CentralSystemFailedToAuthenticate: "logged",
  SettingSystemTime: "critical",
  StartupOfTheDevice: "critical",
  ResetOrReboot: "critical",
  SecurityLogWasCleared: "critical",
  ReconfigurationOfSecurityParameters: "logged",
  MemoryExhaustion: "critical",
  InvalidMessages: "logged",
  AttemptedReplayAttacks: "logged",
  TamperDetectionActivated: "critical",
  InvalidFirmwareSignature: "sent",
  InvalidFirmwareSigningCertificate: "sent",
  InvalidCentralSystemCertificate: "sent",
  InvalidChargePointCertificate: "sent",
  InvalidTLSVersion: "logged",
  InvalidTLSCipherSuite: "logged",
} as const satisfies Record<string, EventClass>;

/** The literals of the white paper's list. */
export type SecurityEventType = keyof typeof CLASSES;

export const securityEventTypes = Object.keys(CLASSES) as readonly SecurityEventType[];

/** Of a stored one, too. */
export function isCritical(type: string): boolean {
  return (CLASSES as Readonly<Record<string, EventClass>>)[type] === "critical";
}

/** Whether it goes to the central system; `sendAll` is SendAllSecurityEvents. */
export function isSent(type: SecurityEventType, sendAll: boolean): boolean {
  return sendAll || CLASSES[type] !== "logged";
}

/** SecurityEventNotification.req has 255 characters for it. */
export const techInfoCharactersMax = 255;

/**
 * One line of at most 255 characters. Credentials in a URL go; that nothing else in it is secret is for whoever raises the event.
 */
export function techInfoOf(text: string, charactersMax: number = techInfoCharactersMax): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim().toWellFormed();
  const shown = line.includes("://") ? withoutCredentials(line) : line;
  return shown.length <= charactersMax
    ? shown
    : `${shown.slice(0, charactersMax - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
