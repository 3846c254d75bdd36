/** The status, put together from the production tree: whoever renames a field of a snapshot hears of it here. */
import { assertEquals, assertMatch } from "@std/assert";
import { StatusAnswer } from "../../console/answers.ts";
import { type BootView, statusOf } from "../../console/status.ts";
import { createWorld, type World } from "../sim/world.ts";

const LABEL = {
  chargePointId: "CP001",
  bootNotification: {
    chargePointVendor: "Example",
    chargePointModel: "DC 50",
    chargePointSerialNumber: "0001",
  },
  station: "reference-dc",
};

const OK = { state: "ok", error: null, refusals: 0, findings: [] } as const;

function statusIn(world: World): StatusAnswer {
  const system = world.system();
  const view: BootView = { boot: 1, root: system.tree(), inspect: system.inspect };
  const status = statusOf({ wallMs: world.clock.wallMs(), label: LABEL, store: OK, view });
  // As the socket would send it: what JSON cannot carry would be missing here.
  return StatusAnswer.parse(JSON.parse(JSON.stringify(status)));
}

Deno.test({
  name: "status: of an idle charger, nothing is unknown but what has not happened",
  permissions: { read: true },
}, async () => {
  const world = await createWorld({ seed: "status" });
  await world.advance(60_000);
  const { at: _, ...status } = statusIn(world);
  assertEquals<unknown>(status, {
    running: true,
    charger: {
      chargePointId: "CP001",
      vendor: "Example",
      model: "DC 50",
      serialNumber: "0001",
      firmwareVersion: null,
      station: "reference-dc",
    },
    boot: 1,
    registration: "Accepted",
    heartbeat: { intervalS: 300, last: null },
    fault: null,
    link: {
      state: "open",
      url: "ws://csms.test/ocpp/CP001",
      securityProfile: 0,
      failures: 0,
      lastClose: null,
    },
    queue: {
      transactionMessages: 0,
      waiting: 0,
      inFlight: null,
      parked: 0,
      parkedTransactions: 0,
      resending: 0,
    },
    connectors: Array.from({ length: world.connectors }, (_, i) => ({
      connectorId: i + 1,
      state: "running",
      status: "Available",
      errorCode: "NoError",
      plug: "none",
      contactorClosed: false,
      use: "none",
      warning: null,
      transaction: null,
      energyWh: null,
    })),
    store: OK,
  });
});

Deno.test(
  { name: "status: of a session, with its transaction and its energy", permissions: { read: true } },
  async () => {
    const world = await createWorld({ seed: "status" });
    await world.advance(10_000);
    world.station.verbs.plug(1);
    world.station.verbs.swipe("04AABBCC", world.station.profile.reader === "connector" ? 1 : undefined);
    await world.advance(600_000);
    const { connectors: [connector], heartbeat } = statusIn(world);
    const { transaction, energyWh, ...rest } = connector ?? {};
    assertEquals(rest, {
      connectorId: 1,
      state: "running",
      status: "Charging",
      errorCode: "NoError",
      plug: "both",
      contactorClosed: true,
      use: "transaction",
      warning: null,
    });
    assertEquals([transaction?.idTag, transaction?.mayCharge], ["04AABBCC", true]);
    assertEquals([typeof transaction?.localId, typeof transaction?.transactionId], ["number", "number"]);
    assertEquals((energyWh ?? 0) > 100, true);
    assertMatch(heartbeat?.last ?? "", /^2026-01-01T00:\d\d:\d\d/);
  },
);

Deno.test(
  { name: "status: a fault of the station, and why a connection ended", permissions: { read: true } },
  async () => {
    const world = await createWorld({ seed: "status" });
    await world.advance(10_000);
    world.station.verbs.fault(0, { errorCode: "OverVoltage", info: "400 V" });
    world.network.setLink("down");
    await world.advance(1_000);
    const { fault, link, connectors } = statusIn(world);
    assertEquals(fault, { errorCode: "OverVoltage", info: "400 V" });
    assertEquals(
      connectors.map(({ status, errorCode }) => [status, errorCode]),
      connectors.map(() => ["Faulted", "OverVoltage"]),
    );
    assertEquals(link?.state === "open", false);
    assertEquals(typeof link?.lastClose?.kind, "string");
  },
);

Deno.test({ name: "status: an actor that is down leaves its part null", permissions: "none" }, () => {
  const node = {
    kind: "actor",
    restarts: 0,
    incarnation: 0,
    mailboxDepth: 0,
    mailboxMax: 9,
    handled: 0,
  } as const;
  const root = { ...node, id: "connector:2", state: "waiting", lastCrash: null } as const;
  const status = statusOf({
    wallMs: 0,
    label: LABEL,
    store: OK,
    view: { boot: 1, root, inspect: () => undefined },
  });
  const { registration, heartbeat, fault, link, queue } = status;
  assertEquals([registration, heartbeat, fault, link, queue], [null, null, null, null, null]);
  const nothing = {
    status: null,
    errorCode: null,
    plug: null,
    contactorClosed: null,
    use: null,
    warning: null,
  };
  assertEquals(status.connectors, [{
    connectorId: 2,
    state: "waiting",
    ...nothing,
    transaction: null,
    energyWh: null,
  }]);
});
