/**
 * The verbs of a simulated charger: hands on its station, and switches for its power, its network and its storage.
 *
 * Law: a verb is judged by the station's own rules on hands that touch nothing; then the real hands do it. What has become
 * impossible in between (a lock that closed) does not happen, as in life.
 */
import { hardwareVerbs, perform } from "../hal/drivers/simulated_hands.ts";
import type { SimulatedStation } from "../hal/drivers/simulated_station.ts";
import type { HardwareVerb, VerbOutcome } from "../hal/hardware_verb.ts";
import type { HardwareVerbs, Prepared } from "./hardware_verbs.ts";

export interface SimulatedWorld {
  readonly station: Pick<SimulatedStation, "profile" | "board" | "perform">;
  /** Of the station and of the computer in it. */
  readonly setPower: (state: "failing" | "cut" | "on") => void;
  readonly setNetwork: (up: boolean) => void;
  readonly setStorage: (state: "full" | "failing" | "ok") => void;
}

export function simulatedHardware(world: SimulatedWorld): HardwareVerbs {
  const { station } = world;
  return {
    prepare: (verb) => {
      switch (verb.verb) {
        case "network":
          return { kind: "possible", act: () => world.setNetwork(verb.up) };
        case "storage":
          return { kind: "possible", act: () => world.setStorage(verb.state) };
        case "power":
          return judged(station, verb, () => world.setPower(verb.state));
        case "plug":
        case "unplug":
        case "swipe":
        case "fault":
        case "clear-fault":
        case "ev":
        case "lock":
        case "tamper":
          return judged(station, verb, () => void station.perform(verb));
      }
    },
  };
}

function judged(station: SimulatedWorld["station"], verb: HardwareVerb, act: () => void): Prepared {
  const outcome = judge(station, verb);
  return outcome.kind === "done" ? { kind: "possible", act } : outcome;
}

function judge({ profile, board }: SimulatedWorld["station"], verb: HardwareVerb): VerbOutcome {
  const verbs = hardwareVerbs({
    profile,
    board: {
      ...board,
      put: nothing,
      putStationFault: nothing,
      putStationWarning: nothing,
      putTampered: nothing,
      putSupply: nothing,
    },
    reader: { listen: nothing, present: nothing, cut: nothing },
    power: { supply: () => "on", listen: nothing, set: nothing, cut: nothing },
  });
  return perform(verbs, verb);
}

function nothing(): void {}
