/**
 * The swarm: each seed has its own mix of troubles and its own configuration, since faults that all fall at once mask each other
 * (notes/reliability.md B1, lesson c).
 *
 * Law: a seed draws which kinds it has at all, and how often each; a third of all seeds have any one of them.
 */
import type { KeyTable } from "../../protocol/configuration.ts";
import { change } from "../../protocol/configuration.ts";
import { centralSystemTroubles } from "./central_system_troubles.ts";
import { chargerTroubles } from "./charger_troubles.ts";
import type { Draw, DrawTrouble } from "./draw.ts";
import { oneOf } from "./draw.ts";
import { hardwareTroubles } from "./hardware_troubles.ts";
import { logWords } from "./log_words.ts";
import { profileWords } from "./profile_words.ts";
import { networkTroubles } from "./network_troubles.ts";

export interface Swarm {
  /** One of the seed's own kinds of trouble, by their weights. */
  readonly next: (draw: Draw) => DrawTrouble;
  /** Troubles for each session. */
  readonly intensity: number;
}

const troubles: Readonly<Record<string, DrawTrouble>> = {
  ...networkTroubles,
  ...centralSystemTroubles,
  ...chargerTroubles,
  ...hardwareTroubles,
  ...profileWords,
  ...logWords,
};

/** So rare are those after which hardly anything can be judged, and those that take long to play. */
const rareWeights: Readonly<Record<string, number>> = {
  emptiedStore: 0.1,
  corruption: 0.3,
  cardBurst: 0.1,
  callBurst: 0.1,
};

export function drawSwarm(draw: Draw): Swarm {
  const share = oneOf(draw, [0.15, 0.3, 0.5]);
  const kinds = Object.entries(troubles).flatMap(([name, trouble]) => {
    const [isIn, weight] = [draw() < share, (0.2 + draw()) * (rareWeights[name] ?? 1)];
    return isIn ? [{ trouble, weight }] : [];
  });
  if (kinds.length === 0) kinds.push({ trouble: chargerTroubles.crash, weight: 1 });
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  return {
    intensity: 0.5 + draw() * 2,
    next: (draw) => {
      let left = draw() * total;
      const found = kinds.find(({ weight }) => (left -= weight) < 0);
      return (found ?? kinds[0]!).trouble;
    },
  };
}

/** What a seed has configured, of what its station lets be. */
export function drawSettings(draw: Draw, table: KeyTable): Readonly<Record<string, string>> {
  const drawn = Object.entries(drawAll(draw));
  return Object.fromEntries(drawn.filter(([key, value]) => change(table, key, value).status === "Accepted"));
}

/** Of the transaction messages that wait before they are thinned: in a few seeds so many as come in an outage. */
export function drawMessagesMax(draw: Draw): number {
  return oneOf(draw, [20_000, 20_000, 20_000, 30, 6]);
}

/** Attempts are many, so that nothing is set aside, or few, so that something is. */
function drawAll(draw: Draw): Readonly<Record<string, string>> {
  return {
    MeterValueSampleInterval: oneOf(draw, ["60", "60", "300", "0"]),
    ClockAlignedDataInterval: oneOf(draw, ["0", "0", "900"]),
    StopTxnSampledData: oneOf(draw, ["", "Energy.Active.Import.Register"]),
    AllowOfflineTxForUnknownId: oneOf(draw, ["true", "true", "false"]),
    AuthorizeRemoteTxRequests: oneOf(draw, ["true", "false"]),
    AuthorizationCacheEnabled: oneOf(draw, ["true", "true", "false"]),
    LocalPreAuthorize: oneOf(draw, ["true", "false"]),
    WebSocketPingInterval: oneOf(draw, ["120", "600", "600", "900", "900", "900", "0", "0"]),
    HeartbeatInterval: oneOf(draw, ["300", "900", "3600", "3600", "3600"]),
    MessageTimeout: oneOf(draw, ["30", "30", "10", "60"]),
    TransactionMessageAttempts: oneOf(draw, ["100", "100", "3", "2"]),
    TransactionMessageRetryInterval: oneOf(draw, ["10", "10", "1"]),
    StopTransactionOnInvalidId: oneOf(draw, ["true", "false"]),
    StopTransactionOnEVSideDisconnect: oneOf(draw, ["true", "true", "true", "false"]),
    UnlockConnectorOnEVSideDisconnect: oneOf(draw, ["true", "true", "false"]),
    LocalAuthorizeOffline: oneOf(draw, ["true", "true", "false"]),
    MinimumStatusDuration: oneOf(draw, ["0", "0", "0", "20"]),
    CpoName: oneOf(draw, ["Operator", "Operator", "Operator", ""]),
  };
}
