/** Limits as a person reads them. */
import { assertEquals } from "@std/assert";
import { LimitsAnswer, WhatIfAnswer } from "../../console/limits_answers.ts";
import { renderLimits, renderWhatIf } from "../../console/limits_view.ts";
import { PLAIN } from "../../console/terminal.ts";
import { limitsReport, whatIf } from "../../protocol/limits_report.ts";
import {
  ac,
  at,
  connector,
  installed,
  limits,
  nowMs,
  profile,
} from "../protocol/charging_profile_samples.ts";

const window = { fromMs: nowMs, durationS: 120, chargingRateUnit: "A", periodsMax: 300 } as const;
const profiles = [
  installed({ 0: 11_040, 60: 22_080 }, { unit: "W" }),
  installed({ 0: 20 }, { id: 2, purpose: "ChargePointMaxProfile" }),
  installed({ 0: 6 }, { id: 3, level: 1, start: 600 }),
];
const one = connector(profiles, { supply: ac });

Deno.test(
  { name: "inspect limits: the winner, the losers with their rules, the chart", permissions: "none" },
  () => {
    const answer = LimitsAnswer.parse({ at: at(0), connectors: limitsReport([one], () => true, window) });
    assertEquals(renderLimits(answer, PLAIN).split("\n"), [
      "connector 1  16 A at 2026-03-01T12:00:00.000Z, of which 16 A are offered",
      "TxDefaultProfile 1, stackLevel 0 on 1       11040 W = 16 A  sets the limit",
      "ChargePointMaxProfile 2, stackLevel 0 on 0  20 A            NotTheLowest",
      "TxDefaultProfile 3, stackLevel 1 on 1                       NotYetStarted",
      "",
      "what is coming",
      "20 A ┤                              ╭─────────────────────────────",
      "16 A ┤──────────────────────────────╯",
      "     └────────────────────────────────────────────────────────────",
      "      0                                                  2 min 0 s",
    ]);
  },
);

Deno.test({ name: "inspect limits: without a profile it is the hardware", permissions: "none" }, () => {
  const answer = LimitsAnswer.parse({
    at: at(0),
    connectors: limitsReport([connector([])], () => true, window),
  });
  assertEquals(renderLimits(answer, PLAIN).split("\n")[1], "hardware    sets the limit");
});

Deno.test({ name: "inspect limits --what-if: before and after, or why not", permissions: "none" }, () => {
  const asked = { nowMs, limits, transaction: null };
  const drawn = (steps: Readonly<Record<number, number>>) => {
    const request = { connectorId: 1, csChargingProfiles: profile(steps, { id: 4, level: 2 }) };
    return renderWhatIf(WhatIfAnswer.parse(whatIf([one], request, asked, window)), PLAIN).split("\n");
  };
  const lines = drawn({ 0: 6 });
  assertEquals(
    lines[0],
    "Accepted if it were sent; nothing is installed. connector 1, from 2026-03-01T12:00:00.000Z",
  );
  assertEquals(lines.filter((line) => line === "before" || line === "after"), ["before", "after"]);
  assertEquals(drawn({ 1: 6 }), ["Rejected: the first startPeriod is 1: it is always 0"]);
});
