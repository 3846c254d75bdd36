/**
 * Hands at a charge point that is ours and simulated: its debug socket's hardware verbs.
 *
 * Law: the only file of the cases' side that knows it. A verb is answered before its effect; the next one waits for that.
 */
import type { StatusAnswer } from "../../console/answers.ts";
import { untilAnswered } from "../integration/sightings.ts";
import type { SimulatorProcess } from "../integration/simulator_process.ts";
import type { Hands } from "./hands.ts";
import type { StationUnderTest } from "./lab.ts";

export function debugSocketHands(simulator: SimulatorProcess, station: StationUnderTest): Hands {
  const at = (connectorId: number, verb: string, body?: unknown) =>
    simulator.post(`/hardware/connectors/${connectorId}/${verb}`, body);
  const power = (state: string) => simulator.post("/hardware/power", { state });
  return {
    plug: (connectorId, side = "both") => at(connectorId, "plug", { side }),
    unplug: (connectorId, side = "both") => at(connectorId, "unplug", { side }),
    swipe: (idTag, connectorId) =>
      simulator.post(
        "/hardware/reader/swipe",
        station.reader === "connector" ? { idTag, connectorId } : { idTag },
      ),
    fault: (connectorId) => at(connectorId, "fault", { errorCode: "GroundFailure" }),
    clearFault: (connectorId) => at(connectorId, "clear-fault"),
    jamLock: (connectorId) => at(connectorId, "lock", { failure: true }),
    powerFails: () => power("failing"),
    powerCut: () => power("cut"),
    powerOn: () => power("on"),
    networkDown: () => simulator.post("/hardware/network", { up: false }),
    networkUp: () => simulator.post("/hardware/network", { up: true }),
    storageFails: (fails) => simulator.post("/hardware/storage", { state: fails ? "failing" : "ok" }),
    seesCharging: async (connectorId, charging) => {
      const shows = ({ connectors }: StatusAnswer) =>
        connectors.find((one) => one.connectorId === connectorId)?.contactorClosed === charging;
      await untilAnswered(`charging: ${charging}`, () => simulator.status(), shows);
    },
    seesDelivered: async () => {
      const shows = ({ queue }: StatusAnswer) => queue?.transactionMessages === 0;
      await untilAnswered("no transaction message waits", () => simulator.status(), shows);
    },
  };
}
