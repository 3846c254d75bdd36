/**
 * Watches the security events on their way: what is durable and to be sent reaches the central system at least once, and in order
 * (invariant I25).
 *
 * Law: judged by the store's commits and the wire. Excused is what the charger has given up, since the central system does not know the
 * message, or has refused too often what is not critical (A04.FR.02), and what the medium has lost, which the charger tells of as
 * SecurityLogWasCleared.
 */
import { parseFrame } from "../../protocol/frame.ts";
import type { SecurityEventNotificationRequest } from "../../protocol/messages/security.ts";
import { isCritical } from "../../protocol/security_event.ts";
import type { SecurityLogRecord } from "../../storage/records.ts";
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

/** What the charger says of it. */
interface GivenUp {
  readonly number: number;
  readonly outcome: { readonly value?: { readonly errorCode?: string } };
}

/** Called at the end, when all must have arrived. */
export function watchEvents(world: World, fail: Fail): () => void {
  /** Durable and not known to have arrived: number to text, in the order of the numbers. */
  const pending = new Map<number, string>();
  /** On its way: message id to number. */
  const asked = new Map<string, number>();
  /** A log that begins anew follows a medium that was emptied: a first boot, as far as anybody can tell. */
  let last = 0;

  function sent(text: string): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame" || parsed.frame.kind !== "Call") return;
    const said = textOf(parsed.frame.payload as SecurityEventNotificationRequest);
    const number = [...pending].find(([, text]) => text === said)?.[0];
    if (number === undefined) return;
    asked.set(parsed.frame.id, number);
    const [oldest] = pending;
    if (oldest !== undefined && oldest[0] < number) {
      fail("I25", `security event ${number} was sent before ${oldest[0]}, ${oldest[1]}`);
    }
  }

  function answered(text: string): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame" || parsed.frame.kind === "Call") return;
    const number = asked.get(parsed.frame.id);
    if (number === undefined) return;
    asked.delete(parsed.frame.id);
    if (parsed.frame.kind !== "CallResult") return;
    world.reached.add("security event delivered");
    pending.delete(number);
  }

  function givenUp({ number, outcome }: GivenUp): void {
    world.reached.add("security event given up");
    const text = pending.get(number) ?? "";
    pending.delete(number);
    const [, type = ""] = text.split(" ");
    if (isCritical(type) && !["NotImplemented", "NotSupported"].includes(outcome.value?.errorCode ?? "")) {
      fail("I25", `critical security event ${number} was given up: ${text}`);
    }
  }

  world.onTrace((event) => {
    if (event.kind !== "effect") return;
    if (event.effect === "SecurityEventNotTaken") givenUp(event.detail as GivenUp);
    const text = String(event.detail);
    if (event.effect === "FrameSent" && text.includes('"SecurityEventNotification"')) sent(text);
    if (event.effect === "FrameReceived" && asked.size > 0) answered(text);
  });
  world.onCommitted((batch) => {
    for (const { key, value } of batch.sets ?? []) {
      if (key[0] !== "securityLog") continue;
      const record = value as SecurityLogRecord;
      const number = Number(key[1]);
      if (number < last) pending.clear();
      last = number;
      if (record.type === "SecurityLogWasCleared") pending.clear();
      if (record.notify === true) pending.set(number, textOf(record));
    }
  });
  return () => {
    const [lost] = pending;
    if (lost !== undefined) fail("I25", `security event ${lost[0]} never arrived: ${lost[1]}`);
  };
}

function textOf({ timestamp, type, techInfo }: SecurityEventNotificationRequest): string {
  return `${timestamp} ${type} ${techInfo ?? ""}`.trimEnd();
}
