/**
 * Hundreds of CALLs at once, each of them good: storms of one operation, and of all together (notes/reliability.md C3, rows 13 and
 * 25 to 27).
 *
 * Law: each is answered once, be it by a refusal, and the storm leaves nothing behind.
 */
import type { HostileCase } from "./hostile_case.ts";

interface Gust {
  readonly action: string;
  readonly payload: unknown;
}

/** More than are being answered at a time (100, `actors/incoming_calls.ts`). */
const gusts = 150;
const sampled = "MeterValueSampleInterval";

/** Operations whose storm leaves the charger as it was, but for sessions. */
const storms: readonly (readonly [name: string, gust: (n: number) => Gust])[] = [
  ["RemoteStartTransaction", (n) => ({ action: "RemoteStartTransaction", payload: { idTag: `STORM ${n}` } })],
  ["RemoteStopTransaction", (n) => ({ action: "RemoteStopTransaction", payload: { transactionId: n } })],
  ["UnlockConnector", () => ({ action: "UnlockConnector", payload: { connectorId: 1 } })],
  ["ChangeAvailability", (n) => ({
    action: "ChangeAvailability",
    payload: { connectorId: n % 2, type: n % 3 === 0 ? "Inoperative" : "Operative" },
  })],
  ["ChangeConfiguration", (n) => ({
    action: "ChangeConfiguration",
    payload: { key: sampled, value: n === gusts - 1 ? "60" : String(n) },
  })],
  ["GetConfiguration", () => ({ action: "GetConfiguration", payload: {} })],
  ["ClearCache", () => ({ action: "ClearCache", payload: {} })],
  ["DataTransfer", () => ({ action: "DataTransfer", payload: { vendorId: "x", data: "x".repeat(10_000) } })],
  ...["StatusNotification", "MeterValues", "Heartbeat", "BootNotification"].map((requestedMessage) =>
    [
      `TriggerMessage of ${requestedMessage}`,
      () => ({ action: "TriggerMessage", payload: { requestedMessage } }),
    ] as const
  ),
  ["all operations", (n) => mixed(n)],
];

export function stormCases(): readonly HostileCase[] {
  return [
    ...storms.map(([name, gust]) => storm(name, gust, "some")),
    // What comes after the restart has nobody to go to.
    storm("Reset", (n) => ({ action: "Reset", payload: { type: n % 2 === 0 ? "Hard" : "Soft" } }), "any"),
  ];
}

function mixed(n: number): Gust {
  const [, gust] = storms[n % (storms.length - 1)] ?? [];
  return gust?.(n) ?? { action: "ClearCache", payload: {} };
}

function storm(name: string, gust: (n: number) => Gust, verdict: "some" | "any"): HostileCase {
  const all = Array.from({ length: gusts }, (_, n) => gust(n));
  return {
    name: `${name}, ${gusts} times at once`,
    texts: ({ own }) =>
      all.map(({ action, payload }, n) => JSON.stringify([2, `${own}-${n}`, action, payload])),
    answers: ({ own }) => all.map(({ action }, n) => ({ id: `${own}-${n}`, verdict, action })),
  };
}
