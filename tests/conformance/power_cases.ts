/** Power that fails, is cut and comes back (`conformance/octt.md` §3). */
import { allStatuses, boot, local, status, stop } from "./expected.ts";
import { type Case, idTag1 } from "./lab.ts";
import { allUnavailable, charging } from "./states.ts";

const POWER_LOSS = ["PowerLoss"];

export const powerCases = {
  async TC_032_1_CS(bench) {
    const { tool, hands, station } = bench;
    const transactionId = await charging(bench);
    await hands.powerFails();
    await tool.expect(stop(transactionId, POWER_LOSS), status(station.connectorId, "Finishing"));
    // A cut before the answer is kept would rightly bring the same stop once more.
    await hands.seesDelivered();
    await hands.powerCut();
    await hands.powerOn();
    await tool.expect(boot(), allStatuses(station, "Available", "Finishing", "Preparing"));
  },

  async TC_032_2_CS(bench) {
    const { tool, hands, station } = bench;
    const { connectorId, resumes } = station;
    const transactionId = await charging(bench);
    await hands.powerCut();
    await hands.powerOn();
    await tool.expect(boot());
    // While it finds its way the connector may be anything for a moment.
    tool.allow(status(connectorId, "Available", "Unavailable", "Preparing", "Finishing"));
    if (!resumes) {
      const afterStop = allStatuses(station, "Available", "Preparing", "Finishing");
      return void await tool.expect([...afterStop, stop(transactionId, POWER_LOSS)]);
    }
    await tool.expect(allStatuses(station, "Available", "Charging"));
    await hands.swipe(idTag1, connectorId);
    await tool.expect(stop(transactionId, local), status(connectorId, "Finishing", "Preparing"));
  },

  async TC_034_CS(bench) {
    const { tool, hands, station } = bench;
    await allUnavailable(bench);
    await hands.powerCut();
    await hands.powerOn();
    await tool.expect(boot(), allStatuses(station, "Unavailable"));
  },
} satisfies Record<string, Case>;
