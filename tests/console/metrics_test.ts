/** The metrics, read by Prometheus' own rules. */
import { assertEquals, assertThrows } from "@std/assert";
import type { ActorTreeNode, TreeNode } from "../../actors/otp/tree.ts";
import type { StatusAnswer } from "../../console/answers.ts";
import { LATENCY_BUCKETS_S } from "../../console/call_latency.ts";
import { type MetricsParts, metricsText } from "../../console/metrics.ts";
import { type ExposedFamily, parseExposition } from "./exposition.ts";
import { askerAt } from "./socket_asker.ts";
import { watchCharger } from "./watched_charger.ts";

const STATUS: StatusAnswer = {
  at: "2026-01-01T00:00:00.000Z",
  running: true,
  charger: {
    chargePointId: "CP001",
    vendor: "v",
    model: "m",
    serialNumber: null,
    firmwareVersion: null,
    station: "s",
  },
  boot: 1,
  registration: "Pending",
  heartbeat: { intervalS: 300, last: null },
  fault: null,
  link: { state: "connecting", url: "ws://csms", securityProfile: 0, failures: 2, lastClose: null },
  queue: {
    transactionMessages: 3,
    waiting: 2,
    inFlight: null,
    parked: 1,
    parkedTransactions: 2,
    resending: 0,
  },
  connectors: [connector(1, 12_345.5), connector(2, null)],
  store: { state: "ok", error: null, refusals: 0, findings: [] },
};

const PARTS: MetricsParts = {
  counters: {
    frames: {
      sent: { Call: 5, CallResult: 1, CallError: 0, unreadable: 0 },
      received: { Call: 1, CallResult: 4, CallError: 1, unreadable: 2 },
    },
    latencies: [{
      direction: "sent",
      action: "Heartbeat",
      counts: [...LATENCY_BUCKETS_S.map((bound) => bound === 0.01 ? 2 : bound === 10 ? 1 : 0), 4],
      count: 7,
      sumS: 130.5,
    }],
    crashes: new Map([["link", 2], ["gone", 9]]),
    restarts: new Map([["link", 1], ["central", 4]]),
  },
  root: supervisor("charger", [supervisor("central", [actor("link"), actor('odd"\\\n')])]),
  status: STATUS,
  process: { uptimeS: 61.25, residentBytes: 66_000_000, uncaughtErrors: 2 },
};

function connector(connectorId: number, energyWh: number | null): StatusAnswer["connectors"][number] {
  const nothing = {
    status: null,
    errorCode: null,
    plug: null,
    contactorClosed: null,
    use: null,
    warning: null,
  };
  return { connectorId, state: "running", ...nothing, transaction: null, energyWh };
}

function actor(id: string): ActorTreeNode {
  const crash = { incarnation: 0, lastCrash: null };
  return {
    kind: "actor",
    id,
    state: "running",
    restarts: 0,
    ...crash,
    mailboxDepth: 3,
    mailboxMax: 9,
    handled: 12,
  };
}

function supervisor(id: string, children: readonly TreeNode[]): TreeNode {
  return { kind: "supervisor", id, strategy: "one_for_one", state: "running", restarts: 0, children };
}

function family(parts: MetricsParts, name: string): ExposedFamily | undefined {
  return parseExposition(metricsText(parts)).find((family) => family.name === name);
}

/** One line a case: a family, its type, and its samples as labels and value. */
function check(
  name: string,
  type: string,
  expected: readonly (readonly [Record<string, string>, number])[],
): void {
  Deno.test({ name: `metrics: ${name}`, permissions: "none" }, () => {
    const found = family(PARTS, name);
    assertEquals(found?.type, type);
    assertEquals<unknown>(found?.series.map(({ labels, value }) => [labels, value]), expected);
  });
}

check("chargerd_frames_total", "counter", [
  [{ direction: "sent", type: "Call" }, 5],
  [{ direction: "sent", type: "CallResult" }, 1],
  [{ direction: "sent", type: "CallError" }, 0],
  [{ direction: "sent", type: "unreadable" }, 0],
  [{ direction: "received", type: "Call" }, 1],
  [{ direction: "received", type: "CallResult" }, 4],
  [{ direction: "received", type: "CallError" }, 1],
  [{ direction: "received", type: "unreadable" }, 2],
]);
check("chargerd_actor_crashes_total", "counter", [[{ actor: "link" }, 2], [{ actor: 'odd"\\\n' }, 0]]);
check("chargerd_restarts_total", "counter", [
  [{ node: "charger" }, 0],
  [{ node: "central" }, 4],
  [{ node: "link" }, 1],
  [{ node: 'odd"\\\n' }, 0],
]);
check("chargerd_actor_messages_total", "counter", [[{ actor: "link" }, 12], [{ actor: 'odd"\\\n' }, 12]]);
check("chargerd_mailbox_messages", "gauge", [[{ actor: "link" }, 3], [{ actor: 'odd"\\\n' }, 3]]);
check("chargerd_outbox_transaction_messages", "gauge", [[{}, 3]]);
check("chargerd_outbox_waiting_calls", "gauge", [[{}, 2]]);
check("chargerd_outbox_parked_messages", "gauge", [[{}, 1]]);
check("chargerd_outbox_parked_transactions", "gauge", [[{}, 2]]);
check("chargerd_link_state", "gauge", [
  [{ state: "waiting" }, 0],
  [{ state: "connecting" }, 1],
  [{ state: "open" }, 0],
]);
check("chargerd_registration", "gauge", [
  [{ registration: "Unregistered" }, 0],
  [{ registration: "Accepted" }, 0],
  [{ registration: "Pending" }, 1],
  [{ registration: "Rejected" }, 0],
]);
check("chargerd_energy_register_watt_hours_total", "counter", [[{ connector: "1" }, 12_345.5]]);
check("chargerd_resident_memory_bytes", "gauge", [[{}, 66_000_000]]);
check("chargerd_uptime_seconds", "gauge", [[{}, 61.25]]);
check("chargerd_uncaught_errors_total", "counter", [[{}, 2]]);

Deno.test({ name: "metrics: a histogram's buckets add up, to its count", permissions: "none" }, () => {
  const found = family(PARTS, "chargerd_call_duration_seconds");
  assertEquals(found?.type, "histogram");
  const at = (suffix: string) =>
    found?.series.filter(({ name }) => name === `chargerd_call_duration_seconds${suffix}`);
  const labels = { direction: "sent", action: "Heartbeat" };
  assertEquals(
    at("_bucket")?.map(({ labels, value }) => [labels.le, value]),
    [["0.001", 0], ["0.0025", 0], ["0.005", 0], ["0.01", 2], ["0.025", 2], ["0.05", 2], ["0.1", 2], [
      "0.25",
      2,
    ]].concat([
      ["0.5", 2],
      ["1", 2],
      ["2.5", 2],
      ["5", 2],
      ["10", 3],
      ["30", 3],
      ["+Inf", 7],
    ]),
  );
  assertEquals(at("_sum"), [{ name: "chargerd_call_duration_seconds_sum", labels, value: 130.5 }]);
  assertEquals(at("_count"), [{ name: "chargerd_call_duration_seconds_count", labels, value: 7 }]);
});

Deno.test({ name: "metrics: without a tree only what needs none is told", permissions: "none" }, () => {
  const { counters, process } = PARTS;
  const status = { ...STATUS, link: null, queue: null, registration: null, connectors: [] };
  const families = parseExposition(metricsText({ counters, process, status, root: null }));
  assertEquals(families.map(({ name }) => name), [
    "chargerd_frames_total",
    "chargerd_call_duration_seconds",
    "chargerd_store_refusals_total",
    "chargerd_resident_memory_bytes",
    "chargerd_uptime_seconds",
    "chargerd_uncaught_errors_total",
  ]);
});

Deno.test("metrics: over the socket, as Prometheus asks for them", async () => {
  const charger = await watchCharger();
  try {
    using asker = askerAt(charger.path);
    charger.frame("FrameSent", '[2,"1","Heartbeat",{}]');
    const told = await asker.get("/metrics");
    assertEquals(told.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    const families = parseExposition(told.text);
    const first = families.find(({ name }) => name === "chargerd_frames_total")?.series[0];
    assertEquals(first, {
      name: "chargerd_frames_total",
      labels: { direction: "sent", type: "Call" },
      value: 1,
    });
    assertEquals(families.find(({ name }) => name === "chargerd_uptime_seconds")?.series.length, 1);
    const uncaught = families.find(({ name }) => name === "chargerd_uncaught_errors_total");
    assertEquals(uncaught?.series.map(({ value }) => value), [2]);
  } finally {
    await charger.close();
  }
});

Deno.test(
  { name: "the reader of metrics refuses what the format does not allow", permissions: "none" },
  () => {
    const head = "# HELP a b\n# TYPE a gauge\n";
    for (
      const wrong of [
        "a 1",
        "a{} 1\n",
        "a{x=y} 1\n",
        'a{x="\\q"} 1\n',
        "b 1\n",
        "a one\n",
        "a 1\na 2\n",
        "\n",
      ]
    ) {
      assertThrows(() => parseExposition(head + wrong), Error, "");
    }
  },
);
