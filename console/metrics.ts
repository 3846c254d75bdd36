/**
 * The metrics in Prometheus' text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats).
 *
 * Law: pure; names are stable, and the number of series is bounded by the tree, the connectors and OCPP's actions.
 * Durations are in the charger's own time, which `simulate --speed` hurries.
 */
import type { TreeNode } from "../actors/otp/tree.ts";
import type { StatusAnswer } from "./answers.ts";
import { LATENCY_BUCKETS_S } from "./call_latency.ts";
import type { Counters } from "./observatory.ts";
import { nodesOf } from "./status.ts";

export interface MetricsParts {
  readonly counters: Counters;
  /** Null while there is no tree. */
  readonly root: TreeNode | null;
  readonly status: StatusAnswer;
  readonly process: {
    readonly uptimeS: number;
    readonly residentBytes: number;
    readonly uncaughtErrors: number;
  };
}

type Labels = Readonly<Record<string, string>>;

interface Sample {
  /** `_bucket`, `_sum` or `_count` of a histogram, else empty. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: readonly Sample[];
}

const LINK_STATES = ["waiting", "connecting", "open"];
const REGISTRATIONS = ["Unregistered", "Accepted", "Pending", "Rejected"];

export function metricsText(parts: MetricsParts): string {
  return [...wire(parts), ...tree(parts), ...business(parts), ...processFamilies(parts)]
    // A family without a sample would tell nothing: its actor is down.
    .filter(({ samples }) => samples.length > 0)
    .map(familyText).join("");
}

function wire({ counters }: MetricsParts): readonly Family[] {
  const frames = Object.entries(counters.frames).flatMap(([direction, kinds]) =>
    Object.entries(kinds).map(([type, value]) => ({ labels: { direction, type }, value }))
  );
  return [
    {
      name: "chargerd_frames_total",
      type: "counter",
      help: "OCPP-J frames on the wire, by message type.",
      samples: frames,
    },
    {
      name: "chargerd_call_duration_seconds",
      type: "histogram",
      help: "From a CALL to its answer; direction sent: the charger asked.",
      samples: counters.latencies.flatMap(histogram),
    },
  ];
}

function histogram({ direction, action, counts, count, sumS }: Counters["latencies"][number]): Sample[] {
  const labels = { direction, action };
  let below = 0;
  const buckets = LATENCY_BUCKETS_S.map((bound, at) => {
    below += counts[at] ?? 0;
    return { suffix: "_bucket", labels: { ...labels, le: String(bound) }, value: below };
  });
  return [
    ...buckets,
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: count },
    { suffix: "_sum", labels, value: sumS },
    { suffix: "_count", labels, value: count },
  ];
}

function tree({ counters, root }: MetricsParts): readonly Family[] {
  const nodes = root === null ? [] : nodesOf(root);
  const actors = nodes.filter((node) => node.kind === "actor");
  return [
    {
      name: "chargerd_actor_crashes_total",
      type: "counter",
      help: "Crashes of an actor.",
      samples: actors.map(({ id }) => ({ labels: { actor: id }, value: counters.crashes.get(id) ?? 0 })),
    },
    {
      name: "chargerd_restarts_total",
      type: "counter",
      help: "Failures of an actor or supervisor that were answered by a new start.",
      samples: nodes.map(({ id }) => ({ labels: { node: id }, value: counters.restarts.get(id) ?? 0 })),
    },
    {
      name: "chargerd_actor_messages_total",
      type: "counter",
      help: "Messages that an actor has taken in hand since the boot.",
      samples: actors.map(({ id, handled }) => ({ labels: { actor: id }, value: handled })),
    },
    {
      name: "chargerd_mailbox_messages",
      type: "gauge",
      help: "Messages that wait in an actor's mailbox.",
      samples: actors.map(({ id, mailboxDepth }) => ({ labels: { actor: id }, value: mailboxDepth })),
    },
  ];
}

function business({ status }: MetricsParts): readonly Family[] {
  const { queue, link, registration, connectors, store } = status;
  return [
    gauge(
      "chargerd_outbox_transaction_messages",
      "Transaction messages in the store that are not answered yet.",
      queue?.transactionMessages,
    ),
    gauge("chargerd_outbox_waiting_calls", "Other CALLs that wait for their turn.", queue?.waiting),
    gauge(
      "chargerd_outbox_parked_messages",
      "Transaction messages that the central system has refused for good.",
      queue?.parked,
    ),
    gauge(
      "chargerd_outbox_parked_transactions",
      "Transactions that need a person: refused, cut short, unreadable or without their transactionId; as many as GET /parked lists.",
      queue?.parkedTransactions,
    ),
    {
      name: "chargerd_store_refusals_total",
      type: "counter",
      help: "Commits that the store has refused, or that have failed, since the start of the process.",
      samples: [{ value: store.refusals }],
    },
    oneOf(
      "chargerd_link_state",
      "The connection to the central system: 1 for the state it is in.",
      "state",
      LINK_STATES,
      link?.state,
    ),
    oneOf(
      "chargerd_registration",
      "The registration at the central system: 1 for the one that holds.",
      "registration",
      REGISTRATIONS,
      registration,
    ),
    {
      name: "chargerd_energy_register_watt_hours_total",
      type: "counter",
      help: "Energy.Active.Import.Register of a connector's meter when it was last read.",
      samples: connectors.flatMap(({ connectorId, energyWh }) =>
        energyWh === null ? [] : [{ labels: { connector: String(connectorId) }, value: energyWh }]
      ),
    },
  ];
}

function processFamilies({ process }: MetricsParts): readonly Family[] {
  return [
    gauge("chargerd_resident_memory_bytes", "Resident memory of the process.", process.residentBytes),
    gauge("chargerd_uptime_seconds", "Since the process was started.", process.uptimeS),
    {
      name: "chargerd_uncaught_errors_total",
      type: "counter",
      help: "Bugs that were thrown where nobody waited for it; the log has their stacks.",
      samples: [{ value: process.uncaughtErrors }],
    },
  ];
}

function gauge(name: string, help: string, value: number | undefined): Family {
  return { name, type: "gauge", help, samples: value === undefined ? [] : [{ value }] };
}

function oneOf(
  name: string,
  help: string,
  label: string,
  values: readonly string[],
  holds: string | null | undefined,
): Family {
  const samples = holds === null || holds === undefined
    ? []
    : values.map((value) => ({ labels: { [label]: value }, value: value === holds ? 1 : 0 }));
  return { name, type: "gauge", help, samples };
}

function familyText({ name, type, help, samples }: Family): string {
  const lines = samples.map(({ suffix = "", labels = {}, value }) =>
    `${name}${suffix}${labelText(labels)} ${value}\n`
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
