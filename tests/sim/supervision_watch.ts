/**
 * Watches the supervisors: who is restarted with whom, how often, and that nothing grows (invariants I17, I18 and I21).
 *
 * Law: a crash never takes another connector with it, the restarts of a supervisor stay within its intensity, and when the root
 * gives up every contactor is open. The intensities are the tree's own: what they should be tests/actors/tree_test.ts says.
 */
import type { Intensity } from "../../actors/otp/restart.ts";
import type { SupervisorSpec } from "../../actors/otp/supervisor.ts";
import type { TraceEvent } from "../../actors/otp/trace.ts";
import type { ActorTreeNode, TreeNode } from "../../actors/otp/tree.ts";
import { keptSamplesMax } from "../../protocol/sample_spacing.ts";
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

const looksApart = 100;
/** Of the outbox, and of timers: what a station of many connectors has, and a storm of questions. */
const waitingMax = 200;
const timersMax = 3_000;
/** Of an actor's own timers and answers, which find room in a full mailbox. */
const ownMax = 20;

/** What the actors tell of themselves on rare paths. */
const effectPoints: Readonly<Record<string, string>> = {
  LinkClosed: "link lost",
  Resume: "resumed",
  CutDeadPeer: "dead peer cut",
  SetClock: "clock set",
  DropSample: "sample dropped",
  TransactionMessageFailed: "transaction message failed",
  ResendEnded: "resend ended",
  QueueThinned: "queue thinned",
  ArchiveThinned: "archive thinned",
  LinkLostAgain: "link lost again with the same StopTransaction",
  Restart: "restart asked of the host",
};

/** Called after each event. */
export function watchSupervision(world: World, fail: Fail): () => void {
  const connectorIds = Array.from({ length: world.connectors }, (_, index) => index + 1);
  const restartsMs = new Map<string, number[]>();
  let boots = 0;
  let looks = 0;
  /** The root has, and its children are still being stopped. */
  let hasGivenUp = false;
  /** Contactors that were told to move since the last thing that was traced, and when. */
  const moved = new Map<number, number>();
  world.contactors.onCommand((connectorId) => void moved.set(connectorId, world.clock.monotonicMs()));

  function record(event: TraceEvent): void {
    told(event);
    moved.clear();
  }

  function told(event: TraceEvent): void {
    switch (event.kind) {
      case "crash":
        crashed(event);
        world.reached.add("crash");
        world.reached.add(`crash of ${event.actor.split(":")[0]}`);
        if (event.error.includes("finish a start or a turn")) {
          world.reached.add("turn outlasted its deadline");
        }
        return;
      case "restart":
        world.reached.add("restart");
        return restarted(event);
      case "gaveUp":
        world.reached.add("gaveUp");
        world.reached.add(`${event.supervisor} gave up`);
        restartsMs.delete(event.supervisor);
        if (event.supervisor === world.root().id) hasGivenUp = true;
        return;
      case "overflow":
        world.reached.add("mailbox overflow");
        return;
      case "effect":
        return effect(event.effect);
      case "started":
      case "stopped":
      case "message":
      case "terminateFailed":
      case "deadLetter":
        return;
    }
  }

  /** A crash is told once its actor has made its own hardware safe, and nobody else has had a turn by then. */
  function crashed({ actor, atMs }: Extract<TraceEvent, { kind: "crash" }>): void {
    for (const [connectorId, movedMs] of moved) {
      if (movedMs !== atMs || actor === `connector:${connectorId}`) continue;
      fail("I18", `${actor} failed, and contactor ${connectorId} was moved`);
    }
  }

  function effect(name: string): void {
    const point = effectPoints[name];
    if (point !== undefined) world.reached.add(point);
  }

  function restarted({ supervisor, child, stops, starts, atMs }: Extract<TraceEvent, { kind: "restart" }>) {
    const others = [...stops, ...starts].filter((id) => id.startsWith("connector:") && id !== child);
    if (others.length > 0 && supervisor !== "charger") {
      fail("I18", `${child} failed, and ${others.join(", ")} with it`);
    }
    if (world.boots() !== boots) restartsMs.clear();
    boots = world.boots();
    const intensity = intensityOf(world.root(), supervisor);
    if (intensity === undefined) {
      return fail("I17", `${supervisor} restarts ${child}, and is not in the tree`);
    }
    const { restartsMax, withinMs } = intensity;
    const recent = (restartsMs.get(supervisor) ?? []).filter((ms) => atMs - ms < withinMs);
    recent.push(atMs);
    restartsMs.set(supervisor, recent);
    if (recent.length > restartsMax) {
      fail("I17", `${supervisor} has restarted ${recent.length} times in ${withinMs} ms`);
    }
  }

  /** Once nobody is left to open one. */
  function safe(): void {
    if (!world.isDark() && world.system().tree().state !== "stopped") return;
    hasGivenUp = false;
    const left = connectorIds.filter((connectorId) =>
      world.station.board.outlet(connectorId).contactorClosed &&
      world.contactors.stuck(connectorId) !== "closed"
    );
    if (left.length > 0) fail("I17", `${world.root().id} has given up, and contactors ${left} are closed`);
  }

  world.onTrace(record);
  return () => {
    if (hasGivenUp) safe();
    looks += 1;
    if (looks % looksApart !== 0 || world.isDark()) return;
    const outbox = world.system().inspect("outbox") as { readonly waiting: number } | undefined;
    if ((outbox?.waiting ?? 0) > waitingMax) fail("I21", `${outbox?.waiting} CALLs wait in the outbox`);
    if (world.clock.pending() > timersMax) fail("I21", `${world.clock.pending()} timers are pending`);
    for (const { localId, samples } of world.durable.open.values()) {
      if (samples.size > keptSamplesMax) {
        fail("I21", `${samples.size} samples of transaction ${localId} are kept`);
      }
    }
    for (const { id, mailboxDepth, mailboxMax } of actorsOf(world.system().tree())) {
      if (mailboxDepth > mailboxMax + ownMax) {
        fail("I21", `${mailboxDepth} messages wait in the mailbox of ${id}`);
      }
    }
  };
}

function intensityOf(spec: SupervisorSpec, id: string): Intensity | undefined {
  if (spec.id === id) return spec.intensity;
  for (const child of spec.children) {
    const found = "children" in child ? intensityOf(child, id) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function actorsOf(node: TreeNode): readonly ActorTreeNode[] {
  return node.kind === "actor" ? [node] : node.children.flatMap(actorsOf);
}
