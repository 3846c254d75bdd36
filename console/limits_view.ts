/**
 * Limits as a person reads them: `inspect limits`, and with `--what-if` before and after.
 *
 * Law: pure; who set the limit stands first, then who has not and by which rule.
 */
import type { ConnectorLimits, LimitsAnswer, WhatIfAnswer } from "./limits_answers.ts";
import { stepCharts } from "./step_chart.ts";
import { alignColumns, type Palette } from "./terminal.ts";

/** Fits into a terminal of 80 columns with its labels. */
const chartColumns = 60;

type Profile = ConnectorLimits["lost"][number]["profile"];

/** Without a line break at the end. */
export function renderLimits({ at, connectors }: LimitsAnswer, palette: Palette): string {
  return connectors.flatMap((connector, index) => [
    ...(index === 0 ? [] : [""]),
    ...connectorLines(connector, at, palette),
  ]).join("\n");
}

export function renderWhatIf(answer: WhatIfAnswer, palette: Palette): string {
  if (answer.status !== "Accepted") return `${palette.bad(answer.status)}: ${answer.why}`;
  const { connectorId, scheduleStart, before, after } = answer;
  const whose = connectorId === 0 ? "the charge point" : `connector ${connectorId}`;
  return [
    `${palette.good("Accepted")} if it were sent; nothing is installed. ${whose}, from ${scheduleStart}`,
    "",
    ...stepCharts([{ title: "before", schedule: before }, { title: "after", schedule: after }], chartColumns),
  ].join("\n");
}

function connectorLines(connector: ConnectorLimits, at: string, palette: Palette): readonly string[] {
  const { connectorId, limit, chargingRateUnit, setBy, lost, offeredA, schedule, isCut } = connector;
  const title = `${palette.bold(`connector ${connectorId}`)}  ${limit} ${chargingRateUnit} at ${at}, ` +
    `of which ${offeredA} A are offered`;
  const winner = setBy.kind === "hardware" ? ["hardware", "", palette.good("sets the limit")] : [
    named(setBy.profile),
    said(setBy.profile, chargingRateUnit),
    palette.good("sets the limit"),
  ];
  const losers = lost.map((
    { profile, by },
  ) => [named(profile), said(profile, chargingRateUnit), palette.dim(by)]);
  const chart = stepCharts(
    [{ title: isCut ? "what is coming, cut short" : "what is coming", schedule }],
    chartColumns,
  );
  return [title, ...alignColumns([winner, ...losers]), "", ...chart];
}

function named({ chargingProfileId, chargingProfilePurpose, stackLevel, connectorId }: Profile): string {
  return `${chargingProfilePurpose} ${chargingProfileId}, stackLevel ${stackLevel} on ${connectorId}`;
}

/** What it states, and what that is in the unit of the answer where that is another. */
function said({ says }: Profile, unit: string): string {
  if (says === undefined) return "";
  const stated = `${says.limit} ${says.chargingRateUnit}`;
  return says.chargingRateUnit === unit ? stated : `${stated} = ${says.converted} ${unit}`;
}
