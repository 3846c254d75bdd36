/**
 * What becomes of the use of a connector when its intention is dropped, its cable held, let go, or out (OCPP 1.6 §4.9, §6).
 *
 * Law: a use in, a use out; when each of these happens is for `connector.ts` to say.
 */
import type { ConnectorRules, Electronics, Holder, Stop, Use } from "./connector_facts.ts";
import { cableInStation } from "./connector_status.ts";

/** What is left when an intention is dropped. */
export function dropped(use: Use): Use {
  switch (use.kind) {
    case "asked":
      return use.after;
    case "authorized":
    case "locking":
    case "starting":
      return { kind: "none" };
    case "none":
    case "ended":
    case "transaction":
    case "stopping":
      return use;
  }
}

/**
 * Whether a stop leaves the cable held: errata v4.0 §3.5, and §6 for a cable that was pulled at the car, since whoever comes
 * by must not take it. A fixed cable, and one that is out of the station already, nobody can hold.
 */
export function holds({ plug, lock }: Electronics, stop: Stop, rules: ConnectorRules): boolean {
  const isHeld = stop.reason === "DeAuthorized" ||
    (stop.reason === "EVDisconnected" && !rules.unlockOnEvSideDisconnect);
  return isHeld && lock !== "absent" && cableInStation(plug);
}

/** Nobody holds the cable any more. */
export function released(use: Use): Use {
  switch (use.kind) {
    case "none":
      return { kind: "none" };
    case "ended":
      return { kind: "ended", reason: use.reason };
    case "stopping": {
      const { heldFor: _, ...rest } = use;
      return rest;
    }
    case "asked":
    case "authorized":
    case "locking":
    case "starting":
    case "transaction":
      return use;
  }
}

/** With the cable out of the station nothing is left to finish or to hold. */
export function withoutCable(use: Use): Use {
  switch (use.kind) {
    case "none":
    case "ended":
      return { kind: "none" };
    case "asked":
      return { ...use, after: { kind: "none" } };
    case "stopping": {
      const { heldFor: _, ...rest } = use;
      return { ...rest, hasLeft: true };
    }
    case "authorized":
    case "locking":
    case "starting":
    case "transaction":
      return use;
  }
}

export function holderOf(idTag: string, parentIdTag: string | undefined): Holder {
  return parentIdTag === undefined ? { idTag } : { idTag, parentIdTag };
}

export function heldFor(holder: Holder | undefined): { readonly heldFor?: Holder } {
  return holder === undefined ? {} : { heldFor: holder };
}
