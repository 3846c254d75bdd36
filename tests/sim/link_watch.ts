/**
 * Watches that the outbox knows of the link what is so (invariant I19): an open one that it takes for lost carries nothing, and a
 * lost one that it takes for open lets nobody charge.
 *
 * Law: it judges by the snapshots of the two, which may differ for as long as a message between them is under way.
 */
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

const apartMaxMs = 60_000;
const looksApartMs = 5_000;

/** Called after each event. */
export function watchLink(world: World, fail: Fail): () => void {
  let lookedMs = 0;
  /** Since when they differ, on one connection and in one life of each. */
  let apartMs: number | null = null;

  world.onTrace((event) => {
    const isStart = event.kind === "started" && (event.actor === "link" || event.actor === "outbox");
    if (isStart || (event.kind === "effect" && event.effect === "LinkClosed")) apartMs = null;
  });

  return () => {
    const nowMs = world.clock.monotonicMs();
    if (nowMs - lookedMs < looksApartMs) return;
    lookedMs = nowMs;
    const link = world.isDark() ? undefined : world.system().inspect("link");
    const outbox = world.isDark() ? undefined : world.system().inspect("outbox");
    const apart = difference(link as LinkSeen | undefined, outbox as OutboxSeen | undefined);
    if (apart === null) return void (apartMs = null);
    apartMs ??= nowMs;
    if (nowMs - apartMs > apartMaxMs) fail("I19", apart);
  };
}

interface LinkSeen {
  readonly state: "waiting" | "connecting" | "open" | "closing";
}

interface OutboxSeen {
  readonly linkUp: boolean;
}

function difference(link: LinkSeen | undefined, outbox: OutboxSeen | undefined): string | null {
  if (link === undefined || outbox === undefined) return null;
  switch (link.state) {
    case "open":
      return outbox.linkUp ? null : "the link is open, and the outbox takes it for lost";
    case "waiting":
    case "connecting":
      return outbox.linkUp ? "the link is lost, and the outbox takes it for open" : null;
    case "closing":
      return null;
  }
}
