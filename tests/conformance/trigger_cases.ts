/** Messages for the asking (`conformance/octt.md` §5). */
import { assert, assertEquals } from "@std/assert";
import { idle, status } from "./expected.ts";
import type { Case } from "./lab.ts";
import { accepted, assertVerdict, verdict } from "./requests.ts";

export const triggerCases = {
  async TC_054_CS({ tool, station: { connectorId } }) {
    for (const requestedMessage of ["MeterValues", "Heartbeat"] as const) {
      const before = tool.heard.filter(({ action }) => action === requestedMessage).length;
      const of = requestedMessage === "MeterValues" ? { connectorId } : {};
      await accepted(tool, "TriggerMessage", { requestedMessage, ...of });
      const heard = (await tool.gather(requestedMessage, before + 1)).at(-1);
      if (requestedMessage === "MeterValues") assertEquals(heard?.payload["connectorId"], connectorId);
    }
    await accepted(tool, "TriggerMessage", { requestedMessage: "StatusNotification", connectorId });
    await tool.expect(status(connectorId, "Available"));
    await accepted(tool, "TriggerMessage", { requestedMessage: "DiagnosticsStatusNotification" });
    await tool.expect(idle("DiagnosticsStatusNotification"));
    const requestedMessage = "FirmwareStatusNotification";
    const answer = await verdict(tool, "TriggerMessage", { requestedMessage });
    assert(["Accepted", "NotImplemented"].includes(answer));
    if (answer === "Accepted") await tool.expect(idle(requestedMessage));
  },

  async TC_055_CS({ tool, station: { connectorIds } }) {
    const connectorId = connectorIds.length + 1;
    const before = tool.heard.length;
    await assertVerdict(
      tool,
      "TriggerMessage",
      { requestedMessage: "MeterValues", connectorId },
      "Rejected",
      "PropertyConstraintViolation",
    );
    await tool.silence();
    assertEquals(tool.heard.slice(before).filter(({ action }) => action === "MeterValues"), []);
  },
} satisfies Record<string, Case>;
