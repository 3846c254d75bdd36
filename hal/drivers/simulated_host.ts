/**
 * The simulated host: a process that can be ended without ending the one that simulates it.
 *
 * Law: it ends once, after the turn that asked for it.
 */
import type { Clock } from "../clock.ts";
import type { Host, RestartKind } from "../host.ts";

/** `ended` is called for the first `restart` only; the next start gets a host of its own. */
export function createSimulatedHost(clock: Clock, ended: (kind: RestartKind) => void): Host {
  let ending = false;
  return {
    restart: (kind) => {
      if (ending) return;
      ending = true;
      clock.soon(() => ended(kind));
    },
  };
}
