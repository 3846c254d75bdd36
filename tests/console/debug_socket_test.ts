/** The debug socket: its file, its answers, and what it refuses. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ActorAnswer, StatusAnswer, TreeAnswer } from "../../console/answers.ts";
import type { HardwareVerbs } from "../../console/hardware_verbs.ts";
import { type Asker, askerAt } from "./socket_asker.ts";
import {
  CONNECTOR_SNAPSHOT,
  SECRET,
  SECRET_MESSAGE,
  watchCharger,
  type WatchedCharger,
} from "./watched_charger.ts";

const IDLE: HardwareVerbs = { prepare: () => ({ kind: "possible", act: () => {} }) };

/** One charger a test, since what it was asked before shows. */
function check(
  sentence: string,
  proves: (charger: WatchedCharger, asker: Asker) => Promise<void>,
  hardware?: HardwareVerbs,
): void {
  Deno.test(`debug socket: ${sentence}`, async () => {
    const charger = await watchCharger(hardware === undefined ? {} : { hardware });
    try {
      using asker = askerAt(charger.path);
      await proves(charger, asker);
    } finally {
      await charger.close();
    }
  });
}

check("its file is its owner's alone", async ({ path }) => {
  const { mode, isSocket } = await Deno.lstat(path);
  assert(isSocket);
  assertEquals((mode ?? 0) & 0o777, 0o600);
});

Deno.test("debug socket: closed, its file is gone", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-test-" });
  try {
    const charger = await watchCharger({ path: `${directory}/s` });
    assertEquals([...Deno.readDirSync(directory)].length, 1);
    await charger.close();
    assertEquals([...Deno.readDirSync(directory)].length, 0);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

check("GET /tree tells every node", async (charger, asker) => {
  const told = await asker.get("/tree");
  assertEquals(told.status, 200);
  assertStringIncludes(told.headers.get("content-type") ?? "", "application/json");
  const { at, nowMs, root } = TreeAnswer.parse(told.json());
  assertMatch(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert(nowMs > 0);
  assertEquals(root, charger.system.tree());
});

check("GET /tree tells a crash in words without secrets", async (charger, asker) => {
  charger.send("connector:1", SECRET_MESSAGE);
  await charger.trace.next("restart");
  const { text } = await asker.get("/tree");
  assertStringIncludes(text, "Error: cannot store *** as a key");
  assertEquals(text.includes(SECRET), false);
});

check("GET /actors/{id} tells one actor closely", async (charger, asker) => {
  charger.send("connector:1", { kind: "Note" });
  charger.send("connector:1", SECRET_MESSAGE);
  await charger.trace.next("restart");
  await charger.trace.next("started", 8);
  const told = await asker.get("/actors/connector%3A1");
  assertEquals(told.status, 200);
  const { node, inspection, inspectionError, events, crashes } = ActorAnswer.parse(told.json());
  assertEquals([node.id, node.kind, node.restarts], ["connector:1", "actor", 1]);
  assertEquals(inspection, CONNECTOR_SNAPSHOT);
  assertEquals(inspectionError, null);
  assertEquals(events.map(({ kind }) => kind), [
    "started",
    "message",
    "effect",
    "message",
    "crash",
    "restart",
    "started",
  ]);
  assertEquals(
    crashes.map(({ error, message, incarnation, restarts }) => [error, message, incarnation, restarts]),
    [
      ["Error: cannot store *** as a key", "ChangeConfiguration", 0, 0],
    ],
  );
  assertEquals((await asker.get("/actors/connector:1")).status, 200, "a colon needs no escape");
});

check("GET /actors/{id} takes a supervisor too, and one without a snapshot", async (_, asker) => {
  const supervisor = ActorAnswer.parse((await asker.get("/actors/settings")).json());
  assertEquals([supervisor.node.kind, supervisor.inspection], ["supervisor", null]);
  assertEquals(ActorAnswer.parse((await asker.get("/actors/silent")).json()).inspection, null);
});

check("a snapshot that throws is told and does no harm", async (_, asker) => {
  const { inspection, inspectionError } = ActorAnswer.parse((await asker.get("/actors/broken")).json());
  assertEquals([inspection, inspectionError], [null, "Error: no snapshot today"]);
});

check("an unknown actor is 404, with those that there are", async (_, asker) => {
  const told = await asker.get("/actors/conector:1");
  assertEquals([told.status, told.json()], [404, {
    error:
      "ask for one of charger, settings, configuration, link, outbox, station, connector:1, silent, broken, " +
      'not "conector:1"',
  }]);
});

check("GET /status tells what the actors know", async (_, asker) => {
  const told = await asker.get("/status");
  assertEquals(told.status, 200);
  const { at: _at, ...status } = StatusAnswer.parse(told.json());
  const { lastEnergyWh, ...facts } = CONNECTOR_SNAPSHOT;
  assertEquals(status, {
    running: true,
    charger: {
      chargePointId: "CP001",
      vendor: "Example",
      model: "DC 50",
      serialNumber: null,
      firmwareVersion: "1.0.0",
      station: "reference-dc",
    },
    boot: 7,
    registration: "Accepted",
    heartbeat: { intervalS: 300, last: "2026-01-01T00:00:00.000Z" },
    fault: null,
    link: { state: "open", url: "ws://csms.example/CP001", securityProfile: 0, failures: 0, lastClose: null },
    queue: {
      transactionMessages: 2,
      waiting: 1,
      inFlight: null,
      parked: 0,
      parkedTransactions: 0,
      resending: 0,
    },
    connectors: [{ connectorId: 1, state: "running", ...facts, energyWh: lastEnergyWh } as never],
    store: {
      state: "refusing",
      error: "database or disk is full",
      refusals: 3,
      findings: ["a record was damaged"],
    },
  });
});

check("without power only what needs a tree is 503", async (charger, asker) => {
  charger.powerOff();
  assertEquals((await asker.get("/tree")).status, 503);
  assertEquals((await asker.get("/actors/link")).status, 503);
  assertEquals((await asker.post("/actors/link/crash")).status, 503);
  const status = StatusAnswer.parse((await asker.get("/status")).json());
  assertEquals([status.running, status.boot, status.link, status.connectors], [false, null, null, []]);
  assertEquals((await asker.get("/metrics")).status, 200);
}, IDLE);

check("POST /actors/{id}/crash is answered 202, and then crashes it", async (charger, asker) => {
  const told = await asker.post("/actors/outbox/crash");
  assertEquals([told.status, told.json()], [202, { accepted: "crash" }]);
  const { actor, error } = await charger.trace.next("crash");
  assertEquals([actor, error], ["outbox", "Error: the debug socket told it to crash"]);
}, IDLE);

check("a crash is 404 for nobody, 409 for a supervisor and for who is down", async (charger, asker) => {
  const crash = async (id: string) => {
    const told = await asker.post(`/actors/${id}/crash`);
    return [told.status, told.json()];
  };
  assertEquals((await crash("nobody"))[0], 404);
  assertEquals(await crash("settings"), [409, { error: "crash an actor: settings is a supervisor" }]);
  // It is temporary: once crashed it stays down.
  assertEquals((await crash("silent"))[0], 202);
  await charger.trace.next("crash");
  assertEquals(await crash("silent"), [409, { error: "wait until silent is up: it is stopped" }]);
}, IDLE);

check("without simulated hardware nothing can be crashed", async (_, asker) => {
  assertEquals((await asker.post("/actors/link/crash")).status, 404);
  assertEquals((await asker.post("/hardware/power", { state: "cut" })).status, 404);
});

check("an unknown address is 404, with those that there are", async (_, asker) => {
  const told = await asker.get("/trees");
  assertEquals([told.status, told.json()], [404, {
    error: "ask for one of GET /tree, GET /actors/{id}, GET /status, GET /messages, GET /metrics, " +
      "GET /limits, POST /limits/what-if, GET /parked, GET /parked/{localId}, POST /parked/{localId}/resend, POST /parked/{localId}/discard, " +
      "POST /security/rehearse, GET /security, POST /data-transfer, not GET /trees",
  }]);
});

check("another method is 405, with the one that is right", async (_, asker) => {
  const told = await asker.send("DELETE", "/tree");
  assertEquals([told.status, told.headers.get("allow")], [405, "GET"]);
  assertEquals(told.json(), { error: "use GET for /tree, not DELETE" });
  assertEquals((await asker.send("GET", "/actors/link/crash")).headers.get("allow"), "POST");
}, IDLE);

check("an address that cannot be decoded is 400", async (_, asker) => {
  assertEquals((await asker.get("/actors/%zz")).status, 400);
});

check("no answer may be read from another origin", async (_, asker) => {
  for (const address of ["/tree", "/status", "/metrics", "/nowhere"]) {
    assertEquals((await asker.get(address)).headers.get("access-control-allow-origin"), null);
  }
});

check("a secret appears nowhere", async (charger, asker) => {
  const key = { key: "AuthorizationKey", value: SECRET };
  charger.frame("FrameReceived", JSON.stringify([2, "1", "ChangeConfiguration", key]));
  charger.frame("FrameReceived", `[2,"2","ChangeConfiguration",{"key":"AuthorizationKey","value":"${SECRET}`);
  charger.send("connector:1", { kind: "Note" });
  charger.send("connector:1", SECRET_MESSAGE);
  await charger.trace.next("restart");
  const ids = ["configuration", "connector:1", "link"];
  const addresses = ["/tree", "/status", "/metrics", ...ids.map((id) => `/actors/${id}`)];
  for (const address of addresses) {
    const { status, text } = await asker.get(address);
    assertEquals([address, status, text.includes(SECRET)], [address, 200, false]);
  }
  const { text } = await asker.get("/actors/link");
  assertStringIncludes(text, "ChangeConfiguration", "the frame itself is there");
});
