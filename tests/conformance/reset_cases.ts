/** Resets, with and without a session, and what outlives them (`conformance/octt.md` §3). */
import { allStatuses, boot, or, status, stop } from "./expected.ts";
import type { Bench, Case } from "./lab.ts";
import { accepted } from "./requests.ts";
import { charging, unavailable } from "./states.ts";

export const resetCases = {
  TC_013_CS: (bench) => resetWithoutTransaction(bench, "Hard"),

  // The lab leaves it open whether a soft reset boots; spec/behaviour.md §8 has it boot.
  TC_014_CS: (bench) => resetWithoutTransaction(bench, "Soft"),

  async TC_015_CS(bench) {
    const { tool, station } = bench;
    const transactionId = await charging(bench);
    await accepted(tool, "Reset", { type: "Hard" });
    const stopped = stop(transactionId, ["HardReset"]);
    const finishing = status(station.connectorId, "Finishing");
    const [first] = await tool.expect(or(boot(), stopped, finishing));
    const after = allStatuses(station, "Available", "Finishing", "Preparing");
    switch (first?.action) {
      case "BootNotification":
        return void await tool.expect([...after, stopped]);
      case "StopTransaction":
        return void await tool.expect(finishing, boot(), after);
      default:
        return void await tool.expect(stopped, boot(), after);
    }
  },

  async TC_016_CS(bench) {
    const { tool, station } = bench;
    const transactionId = await charging(bench);
    await accepted(tool, "Reset", { type: "Soft" });
    await tool.expect(stop(transactionId, ["SoftReset"]), status(station.connectorId, "Finishing"), boot());
    await tool.expect(allStatuses(station, "Available", "Finishing", "Preparing"));
  },
} satisfies Record<string, Case>;

async function resetWithoutTransaction(bench: Bench, type: "Hard" | "Soft"): Promise<void> {
  const { tool, station } = bench;
  const { connectorId } = station;
  await unavailable(bench);
  await accepted(tool, "Reset", { type });
  await tool.expect(boot(), allStatuses(station, "Available", "Unavailable"));
  await accepted(tool, "ChangeAvailability", { connectorId, type: "Operative" });
  await tool.expect(status(connectorId, "Available"));
}
