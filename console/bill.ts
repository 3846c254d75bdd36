/**
 * A bill, drawn for a terminal.
 *
 * Law: pure; what it says is what StartTransaction and StopTransaction said.
 */
import type { Bill } from "../simulator/story.ts";
import { parseDateTimeMs } from "../protocol/date_time.ts";
import type { Palette } from "./terminal.ts";
import { alignColumns, formatDuration, formatEnergy, printable } from "./terminal.ts";

export function renderBill(bill: Bill, palette: Palette): readonly string[] {
  const startedMs = parseDateTimeMs(bill.startedAt) ?? 0;
  const stoppedMs = parseDateTimeMs(bill.stoppedAt) ?? startedMs;
  const rows = alignColumns([
    ["card", printable(bill.idTag)],
    ["connector", String(bill.connectorId)],
    ["meter", `${bill.meterStartWh} Wh → ${bill.meterStopWh} Wh`],
    ["energy", formatEnergy(bill.meterStopWh - bill.meterStartWh)],
    ["time", formatDuration(stoppedMs - startedMs)],
  ]);
  const width = Math.max(...rows.map((row) => row.length));
  return [
    palette.bold(`┌─ bill ${"─".repeat(Math.max(0, width - 5))}┐`),
    ...rows.map((row) => `${palette.bold("│")} ${row.padEnd(width)} ${palette.bold("│")}`),
    palette.bold(`└${"─".repeat(width + 2)}┘`),
  ];
}
