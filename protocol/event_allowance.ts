/**
 * How many security events of a type are logged: a peer that misbehaves must neither wear out the flash nor push what matters out
 * of a log that rolls (security white paper A04, remark; spec/security.md §8: no storms while reconnecting).
 *
 * Law: the same again within an hour, and more than ten of a type with one more each hour, are left out, counted, and told with the
 * next one of that type. What only the charger itself can bring about is never left out; a change of the security parameters costs a
 * central system nothing, and each is one of its own, whatever it is called.
 */
import type { SecurityEventType } from "./security_event.ts";
import { techInfoCharactersMax, techInfoOf } from "./security_event.ts";

/** Of one type. Times are monotonic. */
export interface Allowance {
  /** How many may be logged now, as a fraction grows by the hour. */
  readonly left: number;
  readonly atMs: number;
  /** The last one that was logged. */
  readonly last: { readonly techInfo: string; readonly atMs: number };
  /** Left out since then. */
  readonly omitted: number;
}

export type Admission =
  | { readonly kind: "logged"; readonly techInfo: string; readonly allowance: Allowance }
  | { readonly kind: "omitted"; readonly allowance: Allowance };

const eventsMax = 10;
const hourMs = 3_600_000;

/** Each costs a boot or a firmware image. */
const unlimited: ReadonlySet<SecurityEventType> = new Set([
  "FirmwareUpdated",
  "ResetOrReboot",
  "SecurityLogWasCleared",
  "StartupOfTheDevice",
]);

/** What becomes of an event; `allowance` is what the one before it has left, undefined for the first of its type. */
export function admitted(
  allowance: Allowance | undefined,
  { type, techInfo }: { readonly type: SecurityEventType; readonly techInfo: string },
  nowMs: number,
): Admission {
  const last = { techInfo, atMs: nowMs };
  if (allowance === undefined || unlimited.has(type)) {
    return { kind: "logged", techInfo, allowance: { left: eventsMax - 1, atMs: nowMs, last, omitted: 0 } };
  }
  const left = Math.min(eventsMax, allowance.left + (nowMs - allowance.atMs) / hourMs);
  const isSame = techInfo === allowance.last.techInfo && type !== "ReconfigurationOfSecurityParameters";
  const isRepeated = isSame && nowMs - allowance.last.atMs < hourMs;
  if (isRepeated || left < 1) {
    return {
      kind: "omitted",
      allowance: { ...allowance, left, atMs: nowMs, omitted: allowance.omitted + 1 },
    };
  }
  return {
    kind: "logged",
    techInfo: allowance.omitted === 0 ? techInfo : told(techInfo, allowance.omitted),
    allowance: { left: left - 1, atMs: nowMs, last, omitted: 0 },
  };
}

function told(techInfo: string, omitted: number): string {
  const count = `(${omitted} more left out before it)`;
  return `${techInfoOf(techInfo, techInfoCharactersMax - count.length - 1)} ${count}`.trim();
}
