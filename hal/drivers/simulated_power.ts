/**
 * The simulated power-fail signal.
 *
 * Law: it says what mains power does; how long the board lives on after that is up to whoever plays the world.
 */
import type { Clock } from "../clock.ts";
import type { Power, PowerChanged } from "../power.ts";
import { createSignal } from "./simulated_signal.ts";

export interface SimulatedPower extends Power {
  readonly set: (supply: "on" | "failing") => void;
  /** The board is without power, and whoever listened with it. */
  readonly cut: () => void;
}

export function createSimulatedPower(clock: Clock): SimulatedPower {
  const signal = createSignal<PowerChanged>(clock);
  let supply: "on" | "failing" = "on";
  return {
    supply: () => supply,
    listen: signal.listen,
    set: (next) => {
      if (next === supply) return;
      supply = next;
      signal.emit({ kind: "PowerChanged", supply });
    },
    cut: signal.cut,
  };
}
