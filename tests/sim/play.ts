/**
 * Plays a scenario in the simulated world: hands, accidents, and what the central system asks.
 *
 * Law: nothing is drawn here. A blow that is aimed at a commit falls on the actor whose commit it is, or on whom it names.
 */
import type { Batch } from "../../storage/store.ts";
import type { Act, Blow, Event } from "./scenario.ts";
import type { World } from "./world.ts";

const darkMs = 5_000;

export async function play(world: World, scenario: readonly Event[]): Promise<void> {
  const beginMs = world.clock.monotonicMs();
  const aimed: { commitsLeft: number; readonly afterMs: number; readonly blow: Blow }[] = [];
  world.watchCommits((batch) => {
    for (const aim of aimed) {
      aim.commitsLeft -= 1;
      if (aim.commitsLeft === 0) {
        world.clock.after(aim.afterMs, () => strike(world, aim.blow, committer(batch)));
      }
    }
  });
  for (const { atMs, act } of scenario) {
    await world.advance(Math.max(0, beginMs + atMs - world.clock.monotonicMs()));
    if (act.kind === "atCommit") aimed.push({ commitsLeft: act.nth, afterMs: act.afterMs, blow: act.blow });
    else perform(world, act);
  }
  world.watchCommits(() => {});
  await world.advance(darkMs);
}

function strike(world: World, blow: Blow, committer: string): void {
  if (world.isDark()) return;
  switch (blow.kind) {
    case "crash":
      world.system().crash(blow.actor ?? committer);
      return;
    case "powerCycle":
      world.cutPower(blow.keptCommits);
      world.clock.after(darkMs, () => void world.restorePower());
  }
}

/** Whose commit it is, by what it writes (`storage/records.ts`: every key has one writer). */
function committer(batch: Batch): string {
  const keys = [...(batch.sets ?? []).map(({ key }) => key), ...(batch.deletes ?? [])];
  const transaction = keys.find((key) => key[0] === "transaction" || key[0] === "checkpoint");
  if (transaction !== undefined) return `connector:${transaction[1]}`;
  switch (keys[0]?.[0]) {
    case "configuration":
      return "configuration";
    case "registration":
    case "restart":
      return "station";
    default:
      return "outbox";
  }
}

function perform(world: World, act: Exclude<Act, { kind: "atCommit" }>): void {
  const { station, network, centralSystem } = world;
  const reader = station.profile.reader === "connector";
  switch (act.kind) {
    case "plug":
      return void station.verbs.plug(act.connectorId);
    case "unplug":
      return void station.verbs.unplug(act.connectorId);
    case "swipe":
      return void station.verbs.swipe(act.idTag, ...(reader ? [act.connectorId] : []));
    case "remoteStart":
      return void centralSystem.call("RemoteStartTransaction", {
        connectorId: act.connectorId,
        idTag: act.idTag,
      });
    case "remoteStop": {
      const [open] = centralSystem.open();
      return void centralSystem.call("RemoteStopTransaction", { transactionId: open?.transactionId ?? 999 });
    }
    case "fault":
      return void station.verbs.fault(act.connectorId, { errorCode: "GroundFailure" });
    case "clearFault":
      return void station.verbs.clearFault(act.connectorId);
    case "carPauses":
      return void station.verbs.ev(act.connectorId, { suspended: act.suspended });
    case "link":
      return network.setLink(act.state);
    case "hangUp":
      return centralSystem.cut();
    case "crash":
    case "powerCycle":
      return strike(world, act, "outbox");
    case "script":
      return centralSystem.script(act.action, act.turn);
    case "change":
      return void centralSystem.call("ChangeConfiguration", { key: act.key, value: act.value });
    case "reset":
      return void centralSystem.call("Reset", { type: act.type });
    case "trigger":
      return void centralSystem.call("TriggerMessage", { requestedMessage: act.requestedMessage });
  }
}
