/**
 * Watches the supervisors: who is restarted with whom, how often, and that nothing grows (invariants I17, I18 and I21).
 *
 * Law: a crash never takes another connector with it, and the restarts of a supervisor stay within its intensity.
 */
import type { TraceEvent } from "../../actors/otp/trace.ts";
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

/** As `actors/tree.ts` has them; `charging` grows with its connectors. */
const withinMs = 60_000;
const looksApart = 500;
/** Of the outbox, and of timers: what a station of many connectors has, and a storm of questions. */
const waitingMax = 200;
const timersMax = 3_000;

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
  const restartsMax = new Map([
    ["charger", 3],
    ["settings", 6],
    ["charging", 8 + world.connectors],
    ["central", 5],
    ["upkeep", 2],
  ]);
  const restartsMs = new Map<string, number[]>();
  let boots = 0;
  let looks = 0;

  function record(event: TraceEvent): void {
    switch (event.kind) {
      case "crash":
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
    const recent = (restartsMs.get(supervisor) ?? []).filter((ms) => atMs - ms < withinMs);
    recent.push(atMs);
    restartsMs.set(supervisor, recent);
    const most = restartsMax.get(supervisor);
    if (most !== undefined && recent.length > most) {
      fail("I17", `${supervisor} has restarted ${recent.length} times in ${withinMs} ms`);
    }
  }

  world.onTrace(record);
  return () => {
    looks += 1;
    if (looks % looksApart !== 0 || world.isDark()) return;
    const outbox = world.system().inspect("outbox") as { readonly waiting: number } | undefined;
    if ((outbox?.waiting ?? 0) > waitingMax) fail("I21", `${outbox?.waiting} CALLs wait in the outbox`);
    if (world.clock.pending() > timersMax) fail("I21", `${world.clock.pending()} timers are pending`);
  };
}
