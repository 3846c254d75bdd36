/**
 * Everything that happened in a simulated world, as one hash; and the last of it, to read when something is wrong.
 *
 * Law: what is hashed is the same in every run of a seed.
 */
import type { TraceEvent } from "../../actors/otp/trace.ts";

export interface WorldTrace {
  readonly last: readonly TraceEvent[];
  readonly add: (text: string) => void;
  readonly record: (event: TraceEvent) => void;
  readonly hash: () => string;
}

const lastMax = 400;

export function createWorldTrace(): WorldTrace {
  const last: TraceEvent[] = [];
  const moment = new Float64Array(1);
  const momentBits = new Int32Array(moment.buffer);
  let hash = 0x811c9dc5;
  function add(text: string): void {
    let mixed = hash;
    for (let at = 0; at < text.length; at++) mixed = mix(mixed, text.charCodeAt(at));
    hash = mixed;
  }
  return {
    last,
    add,
    record: (event) => {
      // The number's own bits: to write it in decimals costs more than all the rest.
      moment[0] = event.atMs;
      hash = mix(mix(hash, momentBits[0] ?? 0), momentBits[1] ?? 0);
      add("actor" in event ? event.actor : event.supervisor);
      if (event.kind === "effect") {
        // One after the other: to join them first costs more than to hash them.
        add(event.effect);
        add(detailOf(event.detail));
      } else add(what(event));
      last.push(event);
      if (last.length > lastMax) last.shift();
    },
    hash: () => (hash >>> 0).toString(16).padStart(8, "0"),
  };
}

/** FNV-1a. */
function mix(hash: number, bits: number): number {
  return Math.imul(hash ^ bits, 0x01000193);
}

export function traceLine(event: TraceEvent): string {
  return `${event.atMs} ${"actor" in event ? event.actor : event.supervisor} ${what(event)}`;
}

/** All but stacks, which hold addresses of promise frames. */
function what(event: TraceEvent): string {
  switch (event.kind) {
    case "message":
      return event.message;
    case "effect":
      return `${event.effect} ${detailOf(event.detail)}`;
    case "crash":
      return `crash ${event.error} ${event.message?.kind}`;
    case "restart":
      return `restart ${event.starts.join()}`;
    case "started":
    case "stopped":
    case "terminateFailed":
    case "gaveUp":
    case "overflow":
    case "deadLetter":
      return event.kind;
  }
}

function detailOf(detail: unknown): string {
  if (detail === undefined) return "";
  return typeof detail === "string" ? detail : JSON.stringify(detail);
}
