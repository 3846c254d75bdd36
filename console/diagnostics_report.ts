/**
 * What a DiagnosticsLog tells of this process: who the charger is, how it does, how it is configured, and what has happened lately.
 *
 * Law: it says what the debug socket would say, and no secret either; everything has gone through `redacted`.
 */
import type { System } from "../actors/otp/kernel.ts";
import { describe } from "../actors/otp/trace.ts";
import type { DiagnosticsEvent, DiagnosticsReport } from "../firmware/diagnostics.ts";
import type { Clock } from "../hal/clock.ts";
import denoJson from "../deno.json" with { type: "json" };
import type { Observatory } from "./observatory.ts";
import { redacted } from "./redacted.ts";
import { type ChargerLabel, nodesOf, statusOf } from "./status.ts";
import type { StoreHealth } from "./store_health.ts";

export interface DiagnosticsSources {
  /** The clock of the kernel. */
  readonly clock: Clock;
  readonly observatory: Observatory;
  readonly label: ChargerLabel;
  readonly store: () => StoreHealth;
}

/** `charger` is the boot that runs now; null between two of them. */
export function diagnosticsReport(
  { clock, observatory, label, store }: DiagnosticsSources,
  charger: { readonly boot: number; readonly system: System } | null,
): DiagnosticsReport {
  const nodes = charger === null ? [] : nodesOf(charger.system.tree());
  const inspect = (id: string) => inspected(charger?.system, id);
  const [root] = nodes;
  const view = charger === null || root === undefined ? null : { boot: charger.boot, root, inspect };
  const events = nodes.flatMap(({ id }) =>
    observatory.events(id).map((event): DiagnosticsEvent => ({ ...event, of: id }))
  );
  return {
    facts: {
      program: { chargerd: denoJson.version, deno: Deno.version.deno, uptimeS: performance.now() / 1_000 },
      status: redacted(statusOf({ wallMs: clock.wallMs(), label, store: store(), view })),
      configuration: redacted(ownConfiguration(inspect("configuration"))),
      actors: nodes.map((node) =>
        node.kind === "supervisor"
          ? { id: node.id, state: node.state, restarts: node.restarts }
          : { id: node.id, state: node.state, restarts: node.restarts, handled: node.handled }
      ),
      crashes: nodes.flatMap(({ id }) => observatory.crashes(id).map((crash) => ({ of: id, ...crash }))),
    },
    events: events.sort((one, other) => one.at < other.at ? -1 : one.at > other.at ? 1 : 0),
  };
}

/** Who proves the charger knows its security profile, not the configuration; the status of the link has it. */
function ownConfiguration(settings: unknown): unknown {
  if (typeof settings !== "object" || settings === null) return settings ?? null;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => name !== "SecurityProfile"));
}

function inspected(system: System | undefined, id: string): unknown {
  try {
    return system?.inspect(id);
  } catch (thrown) {
    return { error: describe(thrown).error };
  }
}
