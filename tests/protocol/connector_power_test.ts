/** A connector when power fails, comes back, or was cut; and before a restart (OCPP 1.6 §5.14, §7.36; TC_032_1, TC_032_2; spec/behaviour.md §18). */
import { assertEquals } from "@std/assert";
import { step } from "../../protocol/connector.ts";
import type { ConnectorEvent, ConnectorFacts, OnPowerLoss, Plug } from "../../protocol/connector_facts.ts";
import { status, wantsContactor } from "../../protocol/connector_status.ts";
import {
  accept,
  after,
  cable,
  charging,
  plug,
  present,
  remoteStart,
  stop,
  stopCommitted,
  story,
} from "./connector_story.ts";

const failing = plug("both", { supply: "failing" });
const on = plug("both");
const restart: ConnectorEvent = { kind: "RestartBegun", reason: "SoftReset" };
const notRestarted: ConnectorEvent = { kind: "RestartFailed" };

story("AQ-7.1: power fails: the transaction stops for it, and is over when that is durable", [
  ...charging,
  [failing, "Finishing", "CommitStop 1 PowerLoss"],
  [failing, "Finishing"],
  [stopCommitted, "Finishing"],
  [present("FRIEND"), "Finishing"],
  [on, "Finishing"],
  [present("FRIEND"), "Finishing", "AskAuthorization FRIEND"],
]);

for (const onPowerLoss of ["stopAfterReboot", "resume"] as const) {
  story(`${onPowerLoss}: power fails: no energy, one last sign of life, and it goes on when power is back`, [
    ...charging,
    [failing, "SuspendedEVSE", "CommitCheckpoint"],
    [failing, "SuspendedEVSE"],
    [on, "Charging"],
    [failing, "SuspendedEVSE", "CommitCheckpoint"],
    [plug("none", { supply: "failing" }), "Finishing (EV side disconnected)", "CommitStop 1 EVDisconnected"],
  ], { onPowerLoss });
}

story("on failing power nobody begins, and who waited for the plug waits no more", [
  [present("DRIVER"), "Available", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing"],
  [plug("none", { supply: "failing" }), "Available"],
  [remoteStart("DRIVER", false), "Available"],
  [present("DRIVER"), "Available"],
  [failing, "Preparing"],
  [on, "Preparing"],
  [remoteStart("DRIVER", false), "Preparing", "CommitStart DRIVER"],
]);

story("on failing power a start that is being stored, or waits for its lock, is dropped", [
  [cable("both", "open"), "Preparing"],
  [remoteStart("DRIVER", false), "Preparing, held"],
  [cable("both", "open", { supply: "failing" }), "Preparing"],
  [cable("both", "closed"), "Preparing"],
  [remoteStart("DRIVER", false), "Preparing, held", "CommitStart DRIVER"],
  [cable("both", "closed", { supply: "failing" }), "Preparing"],
]);

story("an authorization that is answered on failing power begins nothing", [
  [on, "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [failing, "Preparing"],
  [accept("DRIVER"), "Preparing"],
]);

story("§5.14: before a restart what runs is stopped, and nothing begins until it has failed", [
  ...charging,
  [restart, "Finishing", "CommitStop 1 SoftReset"],
  [stopCommitted, "Finishing"],
  [present("FRIEND"), "Finishing"],
  [remoteStart("FRIEND", false), "Finishing"],
  [notRestarted, "Finishing"],
  [present("FRIEND"), "Finishing", "AskAuthorization FRIEND"],
]);

story("§5.14: who was authorized before a restart is forgotten", [
  [present("DRIVER"), "Available", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing"],
  [restart, "Available"],
  [plug("both"), "Preparing"],
]);

/** As a boot finds it. */
function found(where: Plug): ConnectorFacts {
  const facts = after(charging.map(([event]) => event));
  return {
    ...facts,
    electronics: { ...facts.electronics, plug: where },
    use: {
      kind: "transaction",
      transaction: { localId: 1, idTag: "DRIVER", mayCharge: true, interrupted: true },
    },
  };
}

function takenUp(
  where: Plug,
  onPowerLoss: OnPowerLoss,
  ...then: readonly ConnectorEvent[]
): readonly unknown[] {
  const rules = {
    stopOnInvalidId: true,
    stopOnEvSideDisconnect: false,
    unlockOnEvSideDisconnect: true,
    maxEnergyOnInvalidIdWh: 0,
    onPowerLoss,
  };
  const heard: unknown[] = [];
  let facts = found(where);
  for (const event of [{ kind: "FoundInterrupted" } as const, ...then]) {
    const { next, effects } = step(facts, event, rules);
    facts = next;
    const stops = effects.flatMap((effect) => effect.kind === "CommitStop" ? [effect.stop.reason] : []);
    heard.push([status(next), wantsContactor(next), ...effects.map(({ kind }) => kind), ...stops]);
  }
  return heard;
}

const resumed: ConnectorEvent = { kind: "Resumed" };
const stopped = ["Finishing", false, "CommitStop", "PowerLoss"];

function check(sentence: string, heard: readonly unknown[], expected: readonly unknown[]): void {
  Deno.test({ name: `connector: after a power cut: ${sentence}`, permissions: "none" }, () => {
    assertEquals(heard, expected);
  });
}

check("a station that does not resume stops it", takenUp("both", "stopAfterReboot"), [stopped]);
check("nor does one that had no time to stop it before", takenUp("both", "stopBeforeGoingDown"), [stopped]);
check("one that resumes waits for its meter, and goes on", takenUp("both", "resume", resumed), [
  ["Preparing", false, "CommitResumption"],
  ["Charging", true],
]);
check(
  "where the meter does not count for it any more it is stopped",
  takenUp("both", "resume", stop("PowerLoss")),
  [
    ["Preparing", false, "CommitResumption"],
    stopped,
  ],
);
check(
  "a car that has gone in the dark: PowerLoss, whatever StopTransactionOnEVSideDisconnect is",
  takenUp("none", "resume"),
  [
    stopped,
  ],
);
check("nor does a cable that is left in the socket make it go on", takenUp("station", "resume"), [stopped]);
check(
  "on power that is failing still it goes on without energy",
  takenUp("both", "resume", failing, resumed, on),
  [
    ["Preparing", false, "CommitResumption"],
    ["Preparing", false, "CommitCheckpoint"],
    ["SuspendedEVSE", false],
    ["Charging", true],
  ],
);
