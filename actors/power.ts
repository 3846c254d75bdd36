/**
 * The power actor turns the power-fail signal into orderly stops while the hold-up energy lasts: it must hear the signal
 * whatever else is busy or broken.
 *
 * Law: on `failing` every open transaction is stopped with reason PowerLoss, before the station goes down (AQ-7.1).
 */
import type { Power, PowerChanged } from "../hal/power.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import type { ActorSpec, Address } from "./otp/actor.ts";

export type PowerMessage = PowerChanged;

export interface PowerParts {
  readonly address: Address<PowerMessage>;
  readonly power: Power;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
}

export function powerActor(parts: PowerParts): ActorSpec<PowerMessage> {
  return {
    address: parts.address,
    start: (self) => {
      // Level, not edge: a signal that came during a restart is still there to be read.
      if (parts.power.supply() === "failing") {
        self.send(parts.address, { kind: "PowerChanged", supply: "failing" });
      }
      return {
        receive: (message) => {
          if (message.supply === "on") return;
          for (const connector of parts.connectors.values()) {
            self.send(connector, { kind: "StopTransaction", reason: "PowerLoss" });
          }
        },
        inspect: () => ({ supply: parts.power.supply() }),
      };
    },
  };
}
