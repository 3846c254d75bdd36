/**
 * The debug socket: what a running charger is doing, over HTTP on a Unix domain socket of mode 0600.
 *
 * Law: whoever can open the socket may ask, and nobody else; what is answered carries no secret, and nobody who asks can
 * hold the charger up. The answers are documented in `answers.ts`, the hardware's addresses in `hardware_endpoints.ts`.
 */
import type { LimitQuestion } from "../actors/limit_questions.ts";
import type { Address } from "../actors/otp/actor.ts";
import type { System } from "../actors/otp/kernel.ts";
import { describe } from "../actors/otp/trace.ts";
import type { ActorTreeNode, TreeNode } from "../actors/otp/tree.ts";
import type { OutboxMessage } from "../actors/outbox_message.ts";
import type { Clock } from "../hal/clock.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import type { Store } from "../storage/store.ts";
import type { ActorAnswer, StatusAnswer, TreeAnswer } from "./answers.ts";
import { dataTransferEndpoint } from "./data_transfer.ts";
import { answer, type Asked, type Endpoint, json, noTree, refusal } from "./endpoint.ts";
import { hardwareEndpoints } from "./hardware_endpoints.ts";
import type { HardwareVerbs, Prepared } from "./hardware_verbs.ts";
import { createMessageStreams, READERS_MAX } from "./message_stream.ts";
import { metricsText } from "./metrics.ts";
import type { Observatory } from "./observatory.ts";
import { limitsEndpoints } from "./limits_endpoints.ts";
import { parkedEndpoints } from "./parked_endpoints.ts";
import { rehearsalEndpoint, type RehearsalParts } from "./rehearsal.ts";
import { type SecurityAddresses, securityEndpoint } from "./security_endpoint.ts";
import { serveAt } from "./socket_file.ts";
import { type ChargerLabel, nodesOf, statusOf } from "./status.ts";
import type { StoreHealth } from "./store_health.ts";
import { createVerbTurns } from "./verb_turns.ts";

export interface DebugSocketOptions {
  readonly path: string;
  /** The clock of the kernel. */
  readonly clock: Clock;
  /** Fed by the kernel of every boot. */
  readonly observatory: Observatory;
  readonly label: ChargerLabel;
  /** The boot that runs now; null while the power is cut, and between two boots. */
  readonly charger: () => RunningCharger | null;
  readonly store: () => StoreHealth;
  readonly uncaughtErrors: () => number;
  readonly rehearsal: RehearsalParts;
  /** In `simulate` only: with it come `/hardware/…` and `/actors/{id}/crash`. */
  readonly hardware?: HardwareVerbs;
}

export interface RunningCharger {
  readonly boot: number;
  readonly system: System;
  readonly addresses: SecurityAddresses & {
    readonly outbox: Address<OutboxMessage>;
    readonly profileScheduler: Address<LimitQuestion>;
  };
  readonly store: Store;
}

export interface DebugSocket {
  /** Ends every answer that is under way, and takes the file away. */
  readonly close: () => Promise<void>;
}

/** Resolves when requests are answered. Throws `Refused`. */
export async function openDebugSocket(options: DebugSocketOptions): Promise<DebugSocket> {
  const { path } = options;
  const endpoints = endpointsOf(options);
  const ending = new AbortController();
  const server = await serveAt(path, {
    signal: ending.signal,
    answer: (request, answered) => answer(endpoints, request, answered),
    failed: (thrown) => refusal(500, `report this: ${describe(thrown).error}`),
  });
  return {
    close: async () => {
      ending.abort();
      await server.finished;
      await Deno.remove(path);
    },
  };
}

function endpointsOf(options: DebugSocketOptions): readonly Endpoint[] {
  const { observatory, hardware } = options;
  const streams = createMessageStreams(observatory);
  const looking: readonly Endpoint[] = [
    { method: "GET", path: "/tree", answer: () => treeAnswer(options) },
    { method: "GET", path: "/actors/{id}", answer: (asked) => actorAnswer(options, asked) },
    { method: "GET", path: "/status", answer: () => json(200, statusAnswer(options)) },
    {
      method: "GET",
      path: "/messages",
      answer: () => {
        const stream = streams.open();
        if (stream === null) return refusal(503, `end one of the ${READERS_MAX} readers of /messages first`);
        return new Response(stream, { headers: { "content-type": "text/event-stream" } });
      },
    },
    { method: "GET", path: "/metrics", answer: () => metricsAnswer(options) },
    ...limitsEndpoints({
      clock: options.clock,
      profileScheduler: () => options.charger()?.addresses.profileScheduler ?? null,
    }),
    ...parkedEndpoints({ clock: options.clock, charger: options.charger }),
    rehearsalEndpoint(options.rehearsal),
    securityEndpoint({ clock: options.clock, addresses: () => options.charger()?.addresses ?? null }),
    dataTransferEndpoint({
      clock: options.clock,
      outbox: () => options.charger()?.addresses.outbox ?? null,
    }),
  ];
  if (hardware === undefined) return looking;
  const turns = createVerbTurns();
  const crash: Endpoint = {
    method: "POST",
    path: "/actors/{id}/crash",
    answer: ({ names: [id = ""], answered }) => {
      const system = options.charger()?.system;
      if (system === undefined) return noTree();
      const node = nodesOf(system.tree()).find((node) => node.id === id);
      if (node === undefined) return unknownActor(system, id);
      return turns.take("crash", answered, () => crashOf(system, node));
    },
  };
  return [...looking, crash, ...hardwareEndpoints(hardware, turns)];
}

function crashOf(system: System, node: TreeNode): Prepared {
  if (node.kind === "supervisor") {
    return { kind: "impossible", why: `crash an actor: ${node.id} is a supervisor` };
  }
  if (node.state === "waiting" || node.state === "stopped") {
    return { kind: "impossible", why: `wait until ${node.id} is up: it is ${node.state}` };
  }
  return { kind: "possible", act: () => void system.crash(node.id, "the debug socket told it to crash") };
}

function treeAnswer(options: DebugSocketOptions): Response {
  const charger = options.charger();
  if (charger === null) return noTree();
  const answer: TreeAnswer = { ...now(options), root: shown(charger.system.tree(), options) };
  return json(200, answer);
}

function actorAnswer(options: DebugSocketOptions, { names: [id = ""] }: Asked): Response {
  const system = options.charger()?.system;
  if (system === undefined) return noTree();
  const node = nodesOf(system.tree()).find((node) => node.id === id);
  if (node === undefined) return unknownActor(system, id);
  const { inspection, error } = inspect(system, id);
  const answer: ActorAnswer = {
    ...now(options),
    node: shown(node, options),
    inspection: inspection ?? null,
    inspectionError: error,
    events: [...options.observatory.events(id)],
    crashes: [...options.observatory.crashes(id)],
  };
  return json(200, answer);
}

function statusAnswer(options: DebugSocketOptions): StatusAnswer {
  const charger = options.charger();
  const view = charger === null ? null : {
    boot: charger.boot,
    root: charger.system.tree(),
    inspect: (id: string) => inspect(charger.system, id).inspection,
  };
  const { label, clock } = options;
  return statusOf({ wallMs: clock.wallMs(), label, store: options.store(), view });
}

function metricsAnswer(options: DebugSocketOptions): Response {
  const text = metricsText({
    counters: options.observatory.counters(),
    root: options.charger()?.system.tree() ?? null,
    status: statusAnswer(options),
    process: {
      uptimeS: performance.now() / 1000,
      residentBytes: Deno.memoryUsage().rss,
      uncaughtErrors: options.uncaughtErrors(),
    },
  });
  return new Response(text, { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" } });
}

/** A snapshot that throws is a bug of the actor's, and no reason to answer nothing. */
function inspect(
  system: System,
  id: string,
): { readonly inspection?: unknown; readonly error: string | null } {
  try {
    return { inspection: system.inspect(id), error: null };
  } catch (thrown) {
    return { error: describe(thrown).error };
  }
}

function now({ clock }: DebugSocketOptions): { readonly at: string; readonly nowMs: number } {
  return { at: formatDateTime(clock.wallMs()), nowMs: clock.monotonicMs() };
}

/** The tree with the error texts that the observatory has cleaned, since the kernel's own may quote a secret. */
function shown(node: TreeNode, options: DebugSocketOptions): TreeNode {
  switch (node.kind) {
    case "supervisor":
      return { ...node, children: node.children.map((child) => shown(child, options)) };
    case "actor":
      return { ...node, lastCrash: shownCrash(node, options) };
  }
}

function shownCrash(
  { id, lastCrash }: ActorTreeNode,
  { observatory }: DebugSocketOptions,
): ActorTreeNode["lastCrash"] {
  const report = observatory.crashes(id).at(-1);
  if (lastCrash === null || report === undefined) return null;
  return { ...lastCrash, error: report.error, stack: report.stack };
}

function unknownActor(system: System, id: string): Response {
  const ids = nodesOf(system.tree()).map((node) => node.id).join(", ");
  return refusal(404, `ask for one of ${ids}, not "${id}"`);
}
