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
  const { connectorId, scheduleStart, before, after, offered } = answer;
  const whose = connectorId === 0 ? "the charge point" : `connector ${connectorId}`;
  return [
    `${palette.good("Accepted")} if it were sent; nothing is installed. ${whose}, from ${scheduleStart}`,
    "",
    ...stepCharts([{ title: "before", schedule: before }, { title: "after", schedule: after }], chartColumns),
    "",
    ...alignColumns([
      ["offered at that moment", "before", "after"],
      ...offered.map((one) => [`connector ${one.connectorId}`, `${one.beforeA} A`, `${one.afterA} A`]),
    ]),
  ].join("\n");
}

function connectorLines(connector: ConnectorLimits, at: string, palette: Palette): readonly string[] {
  const { connectorId, limit, chargingRateUnit, setBy, lost, offeredA, schedule, isCut } = connector;
  const whose = connectorId === 0 ? "charge point" : `connector ${connectorId}`;
  const title = `${palette.bold(whose)}  ${limit} ${chargingRateUnit} at ${at}, ` +
    `of which ${offeredA} A are offered${whyOffered(connector)}`;
  const winner = setBy.kind === "profile"
    ? [named(setBy.profile), said(setBy.profile, chargingRateUnit), palette.good("sets the limit")]
    : [whoElse[setBy.kind], "", palette.good("sets the limit")];
  const losers = lost.map((
    { profile, by },
  ) => [named(profile), said(profile, chargingRateUnit), palette.dim(by)]);
  const chart = stepCharts(
    [{ title: isCut ? "what is coming, cut short" : "what is coming", schedule }],
    chartColumns,
  );
  return [title, ...alignColumns([winner, ...losers]), "", ...chart];
}

const whoElse = {
  hardware: "hardware",
  offline: "OfflineCurrentLimit, while there is no link",
  connectors: "all connectors together",
} as const;

function whyOffered({ offeredBy }: ConnectorLimits): string {
  switch (offeredBy.kind) {
    case "limit":
      return "";
    case "leastCurrent":
      return ": below it no car charges";
    case "sharing":
      return `: ChargePointMaxProfile ${offeredBy.profile.chargingProfileId} is shared between those that charge`;
  }
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
