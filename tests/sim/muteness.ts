/**
 * A central system that never answers one kind of message, on a link that lives: until the charger has set one of them aside, whatever else
 * heals meanwhile (OCPP 1.6 §3.7.1; decision D-offline-attempts).
 *
 * Law: it is processed each time, so that what is sent again later is known. With the attempts that are set here it takes minutes.
 */
import type { ArchiveRecord } from "../../storage/records.ts";
import { type Draw, oneOf } from "./draw.ts";
import type { Event } from "./scenario.ts";
import type { World } from "./world.ts";

/** Of the seeds: every bill waits behind it. */
const share = 0.15;

/** No part of the swarm, so that the other troubles stay what they are. `moments` are those at which somebody does something. */
export function drawMuteness(draw: Draw, moments: readonly number[]): readonly Event[] {
  if (draw() >= share) return [];
  const atMs = oneOf(draw, moments);
  const action = oneOf(draw, ["StartTransaction", "MeterValues", "StopTransaction"] as const);
  return [
    { atMs, act: { kind: "change", key: "TransactionMessageAttempts", value: "2" } },
    { atMs, act: { kind: "mute", action } },
  ];
}

export function mute({ centralSystem, onCommitted, reached }: World, action: string): void {
  centralSystem.mute(action, true);
  onCommitted(({ sets = [] }) => {
    if (!centralSystem.mutes(action)) return;
    for (const { key, value } of sets) {
      if (key[0] !== "archive") continue;
      const { why, message } = value as ArchiveRecord;
      if (why !== "refused" || message.action !== action) continue;
      centralSystem.mute(action, false);
      reached.add("mute until it was set aside");
    }
  });
}
