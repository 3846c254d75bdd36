/** The status as a person reads it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { StatusAnswer } from "../../console/answers.ts";
import { renderStatus } from "../../console/status_view.ts";
import { paletteFor, PLAIN } from "../../console/terminal.ts";

const CHARGING: StatusAnswer = {
  at: "2026-01-01T00:00:00.000Z",
  running: true,
  charger: {
    chargePointId: "CP001",
    vendor: "Example",
    model: "DC 50",
    serialNumber: null,
    firmwareVersion: null,
    station: "reference-dc",
  },
  boot: 3,
  registration: "Accepted",
  heartbeat: { intervalS: 300, last: "2026-01-01T00:00:00.000Z" },
  fault: null,
  link: {
    state: "open",
    url: "wss://csms/CP001",
    securityProfile: 2,
    failures: 0,
    lastClose: { kind: "closed", code: 1006 },
  },
  queue: {
    transactionMessages: 2,
    waiting: 0,
    inFlight: "7f",
    parked: 0,
    parkedTransactions: 0,
    resending: 0,
  },
  connectors: [
    {
      connectorId: 1,
      state: "running",
      status: "Charging",
      errorCode: "NoError",
      plug: "both",
      contactorClosed: true,
      use: "transaction",
      warning: null,
      transaction: { localId: 3, transactionId: 4711, idTag: "04AABBCC", mayCharge: true },
      energyWh: 12_345,
    },
    {
      connectorId: 2,
      state: "running",
      status: "Faulted",
      errorCode: "GroundFailure",
      plug: "none",
      contactorClosed: false,
      use: "none",
      warning: null,
      transaction: null,
      energyWh: null,
    },
  ],
  store: { state: "ok", error: null, refusals: 0, findings: [] },
};

const DOWN: StatusAnswer = {
  ...CHARGING,
  running: false,
  boot: null,
  registration: null,
  heartbeat: null,
  link: null,
  queue: null,
  connectors: [],
  store: {
    state: "refusing",
    error: "database or disk is full",
    refusals: 3,
    findings: ['record ["a"] is damaged'],
  },
};

/** One line a case: a status, and its picture. */
function check(sentence: string, status: StatusAnswer, expected: readonly string[]): void {
  Deno.test({ name: `status picture: ${sentence}`, permissions: "none" }, () => {
    assertEquals(renderStatus(status, PLAIN).split("\n"), expected);
  });
}

check("a session", CHARGING, [
  "CP001  reference-dc, Example DC 50",
  "",
  "running       boot 3",
  "registration  Accepted",
  "link          open wss://csms/CP001, security profile 2",
  "heartbeat     every 300 s, last answered 2026-01-01T00:00:00.000Z",
  "queue         2 transaction messages, 0 other CALLs, one in flight, none parked",
  "store         ok",
  "fault         none",
  "",
  "connector  status                 plug  contactor  energy     transaction",
  "1          Charging               both  closed     12.35 kWh  4711 (local 3) for 04AABBCC, transaction",
  "2          Faulted GroundFailure  none  open       -          -",
]);

check("a charger without power", DOWN, [
  "CP001  reference-dc, Example DC 50",
  "",
  "running       no",
  "registration  -",
  "link          -",
  "heartbeat     -",
  "queue         -",
  'store         refusing: database or disk is full; record ["a"] is damaged',
  "fault         none",
]);

/** One line a case: what is changed in the status, and what must be said of it. */
function checkSaid(sentence: string, change: Partial<StatusAnswer>, expected: string): void {
  Deno.test({ name: `status picture: ${sentence}`, permissions: "none" }, () => {
    assertStringIncludes(renderStatus({ ...CHARGING, ...change }, PLAIN), expected);
  });
}

/** The first connector, in another state. */
function other(change: Partial<StatusAnswer["connectors"][number]>): Partial<StatusAnswer> {
  return { connectors: CHARGING.connectors.slice(0, 1).map((connector) => ({ ...connector, ...change })) };
}

checkSaid("why a connection ended", {
  link: {
    state: "waiting",
    url: "wss://csms/CP001",
    securityProfile: 2,
    failures: 3,
    lastClose: { kind: "closed", code: 1006 },
  },
}, 'waiting wss://csms/CP001, security profile 2, last ended: {"kind":"closed","code":1006}');
checkSaid(
  "a fault of the whole station",
  { fault: { errorCode: "OverVoltage", info: "400 V" } },
  "OverVoltage 400 V",
);
checkSaid("messages that were refused for good", {
  queue: {
    transactionMessages: 0,
    waiting: 0,
    inFlight: null,
    parked: 2,
    parkedTransactions: 1,
    resending: 0,
  },
}, "none in flight, transactions parked: 1, messages refused: 2 (inspect parked)");
checkSaid("a bill that was cut short: nothing was refused, and it needs a person", {
  queue: {
    transactionMessages: 0,
    waiting: 0,
    inFlight: null,
    parked: 0,
    parkedTransactions: 1,
    resending: 0,
  },
}, "transactions parked: 1, messages refused: 0 (inspect parked)");
checkSaid("no heartbeat yet", { heartbeat: { intervalS: 60, last: null } }, "every 60 s, none answered yet");
checkSaid(
  "a start that is not answered",
  other({ transaction: { localId: 3, idTag: "A", mayCharge: true } }),
  "not answered yet (local 3) for A",
);
checkSaid(
  "a transaction that may not charge",
  other({ transaction: { localId: 3, transactionId: 1, idTag: "A", mayCharge: false }, use: "stopping" }),
  "1 (local 3) for A, stopping, may not charge",
);
checkSaid(
  "somebody who waits for the plug",
  other({ transaction: null, use: "authorized" }),
  "12.35 kWh  authorized",
);
checkSaid(
  "a warning beside the status",
  other({ warning: { errorCode: "PowerMeterFailure" } }),
  "Charging PowerMeterFailure",
);
checkSaid("an actor that is down", other({ status: null, state: "restarting" }), "1          restarting");
checkSaid("what cannot steer the terminal", {
  registration: null,
  link: {
    state: "open",
    url: "ws://\x1b[2J",
    securityProfile: 0,
    failures: 0,
    lastClose: null,
  },
}, "ws://·[2J");

Deno.test({ name: "status picture: colour only adds", permissions: "none" }, () => {
  const palette = paletteFor({ isTerminal: true, noColor: undefined });
  for (const status of [CHARGING, DOWN]) {
    // deno-lint-ignore no-control-regex
    assertEquals(renderStatus(status, palette).replaceAll(/\x1b\[\d+m/g, ""), renderStatus(status, PLAIN));
  }
});
