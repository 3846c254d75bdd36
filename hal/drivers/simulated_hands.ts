/**
 * The hands of the simulated world: what drivers, cars and accidents do to a station, one function a verb.
 *
 * Law: a verb has happened when it returns; the ports tell of it later. What cannot be is refused and changes nothing.
 */
import type { ConnectorHardware } from "../connector_hardware.ts";
import { judgeHandwritten } from "../handwritten.ts";
import {
  type CableSide,
  type CarWish,
  HardwareVerb,
  type Severity,
  type VerbOutcome,
} from "../hardware_verb.ts";
import type { PhysicalTrouble } from "../physical_state.ts";
import type { StationProfile } from "../station_profile.ts";
import type { SimulatedBoard, Supply } from "./simulated_board.ts";
import { withSoc } from "./simulated_car.ts";
import { type Handled, type Outlet, pluggedIn, unplugged } from "./simulated_outlet.ts";
import type { SimulatedPower } from "./simulated_power.ts";
import type { SimulatedReader } from "./simulated_reader.ts";

/** Connectors are 1 to n, 0 only where it is said. */
export interface HardwareVerbs {
  /** `side` is the end that is plugged in; default both. */
  readonly plug: (connectorId: number, side?: CableSide) => VerbOutcome;
  readonly unplug: (connectorId: number, side?: CableSide) => VerbOutcome;
  readonly swipe: (idTag: string, connectorId?: number) => VerbOutcome;
  /** Connector 0 is the whole station. Default: a fault; of a car that does not answer, a warning. */
  readonly fault: (connectorId: number, trouble: PhysicalTrouble, severity?: Severity) => VerbOutcome;
  readonly clearFault: (connectorId: number) => VerbOutcome;
  readonly ev: (connectorId: number, wish: CarWish) => VerbOutcome;
  readonly lock: (connectorId: number, lock: { readonly failure: boolean }) => VerbOutcome;
  readonly tamper: (tampered: boolean) => VerbOutcome;
  readonly power: (state: Supply) => VerbOutcome;
}

/** The things that the verbs act on. */
interface Things {
  readonly profile: StationProfile;
  readonly board: SimulatedBoard;
  readonly reader: SimulatedReader;
  readonly power: SimulatedPower;
}

const done: VerbOutcome = { kind: "done" };

export function hardwareVerbs(things: Things): HardwareVerbs {
  const { profile, board, reader, power } = things;

  function at(
    connectorId: number,
    act: (outlet: Outlet, hardware: ConnectorHardware) => Handled,
  ): VerbOutcome {
    const hardware = profile.connectors[connectorId - 1];
    if (hardware === undefined) {
      return invalid(`name a connector from 1 to ${profile.connectors.length}, not ${connectorId}`);
    }
    const handled = act(board.outlet(connectorId), hardware);
    if (handled.kind === "impossible") return handled;
    board.put(handled.outlet);
    return done;
  }

  function put(connectorId: number, troubles: Partial<Pick<Outlet, "fault" | "warning">>): VerbOutcome {
    return at(connectorId, (outlet) => ({ kind: "done", outlet: { ...outlet, ...troubles } }));
  }

  function fault(connectorId: number, trouble: PhysicalTrouble, severity?: Severity): VerbOutcome {
    const { errorCode, ...details } = trouble;
    if (errorCode === "EVCommunicationError") {
      if (severity === "fault") {
        return invalid('write severity "warning": a car that does not answer is no fault');
      }
      if (connectorId === 0) return invalid("name a connector, not 0: the station has no car");
      return put(connectorId, { warning: trouble });
    }
    const wrong = { errorCode, ...details };
    if (connectorId !== 0) {
      return put(connectorId, severity === "warning" ? { warning: wrong } : { fault: wrong });
    }
    if (severity === "warning") board.putStationWarning(wrong);
    else board.putStationFault(wrong);
    return done;
  }

  function clearFault(connectorId: number): VerbOutcome {
    if (connectorId !== 0) return put(connectorId, { fault: null, warning: null });
    board.putStationWarning(null);
    board.putStationFault(null);
    return done;
  }

  return {
    plug: (connectorId, side = "both") =>
      at(connectorId, (outlet, hardware) => pluggedIn(outlet, hardware, side)),
    unplug: (connectorId, side = "both") =>
      at(connectorId, (outlet, hardware) => unplugged(outlet, hardware, side)),
    swipe: (idTag, connectorId) => swipe(things, idTag, connectorId),
    fault,
    clearFault,
    ev: (connectorId, wish) => at(connectorId, (outlet) => ({ kind: "done", outlet: wished(outlet, wish) })),
    lock: (connectorId, { failure }) =>
      at(connectorId, (outlet, { lock }) => {
        if (lock) return { kind: "done", outlet: { ...outlet, lockFailure: failure } };
        return { kind: "impossible", why: `connector ${connectorId}: it has no lock that could fail` };
      }),
    tamper: (tampered) => {
      board.putTampered(tampered);
      return done;
    },
    power: (state) => {
      if (state === "failing" && board.supply() === "cut") {
        return { kind: "impossible", why: "power is cut already, and so cannot begin to fail" };
      }
      board.putSupply(state);
      if (state === "cut") {
        power.cut();
        reader.cut();
      } else power.set(state);
      return done;
    },
  };
}

function swipe(things: Things, idTag: string, connectorId: number | undefined): VerbOutcome {
  const { profile, board, reader } = things;
  const count = profile.connectors.length;
  if (profile.reader === "station" && connectorId !== undefined) {
    return invalid(`leave connectorId ${connectorId} out: the station has one reader`);
  }
  if (profile.reader === "connector" && !profile.connectors.some(({ id }) => id === connectorId)) {
    const named = connectorId === undefined ? "none" : connectorId;
    return invalid(`name the connector whose reader it is, from 1 to ${count}, not ${named}`);
  }
  if (board.supply() === "cut") return { kind: "impossible", why: "the reader has no power" };
  reader.present(idTag, connectorId);
  return done;
}

/** A verb as it comes from outside, not checked yet. */
export function perform(verbs: HardwareVerbs, request: unknown): VerbOutcome {
  const judged = judgeHandwritten(HardwareVerb, request);
  if (judged.kind === "refused") return invalid(judged.problems.join("; "));
  const verb = judged.value;
  switch (verb.verb) {
    case "plug":
      return verbs.plug(verb.connectorId, verb.side);
    case "unplug":
      return verbs.unplug(verb.connectorId, verb.side);
    case "swipe":
      return verbs.swipe(verb.idTag, verb.connectorId);
    case "fault": {
      const { verb: _, connectorId, severity, ...trouble } = verb;
      return verbs.fault(connectorId, trouble, severity);
    }
    case "clear-fault":
      return verbs.clearFault(verb.connectorId);
    case "ev": {
      const { verb: _, connectorId, ...wish } = verb;
      return verbs.ev(connectorId, wish);
    }
    case "lock":
      return verbs.lock(verb.connectorId, { failure: verb.failure });
    case "tamper":
      return verbs.tamper(verb.tampered);
    case "power":
      return verbs.power(verb.state);
  }
}

function invalid(why: string): VerbOutcome {
  return { kind: "invalid", why };
}

function wished(outlet: Outlet, { demand, suspended, socPercent }: CarWish): Outlet {
  const car = socPercent === undefined ? outlet.car : withSoc(outlet.car, socPercent);
  return {
    ...outlet,
    car: { ...car, demand: demand ?? car.demand, suspended: suspended ?? car.suspended },
  };
}
