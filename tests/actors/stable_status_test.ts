/** MinimumStatusDuration: a status is reported once it has lasted (OCPP 1.6 §4.9, §9.1.22; spec/behaviour.md §5.3). */
import { assertEquals } from "@std/assert";
import type { StatusStable } from "../../actors/stable_status.ts";
import { StableStatus } from "../../actors/stable_status.ts";
import type { Self } from "../../actors/otp/actor.ts";
import type { OutboxMessage } from "../../actors/outbox_message.ts";
import type { StatusDelivered, StatusReport } from "../../actors/status_reporter.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import type { CallOutcome } from "../../protocol/answer.ts";
import type { ChargePointStatus } from "../../protocol/messages/types.ts";
import { bootedHouse, type CalmHouse } from "./calm_house.ts";

interface Bench {
  readonly status: StableStatus;
  /** The status is this from now on. */
  readonly is: (status: ChargePointStatus, errorCode?: StatusReport["errorCode"]) => void;
  /** What was sent: seconds since the beginning, and the status. */
  readonly sent: string[];
  readonly passS: (seconds: number) => Promise<void>;
  minimumS: number;
  delivers: boolean;
}

function reportOf(status: ChargePointStatus, errorCode: StatusReport["errorCode"] = "NoError"): StatusReport {
  return { connectorId: 1, status, errorCode };
}

/** A reporting actor whose every message is handled at once. */
function bench(minimumS: number): Bench {
  const clock = createSimulatedClock({ startWallMs: 0 });
  const sent: string[] = [];
  const outbox = {
    id: "outbox",
    send: (message: OutboxMessage) => {
      if (message.kind !== "SendCall") return true;
      const { status } = message.payload as StatusReport;
      const how = message.callClass === "ordinary" ? "" : ` ${message.callClass}`;
      sent.push(`${clock.monotonicMs() / 1_000} ${status}${how}`);
      const outcome: CallOutcome<unknown> = made.delivers
        ? { kind: "result", payload: {} }
        : { kind: "offline" };
      message.reply(outcome);
      return true;
    },
  };
  const self: Pick<Self<StatusDelivered | StatusStable>, "ask" | "after"> = {
    ask: (to, request, _timeoutMs, outcome) => {
      to.send(request((value) => {
        const message = outcome({ kind: "reply", value });
        if (message.kind === "StatusDelivered") made.status.concluded(message);
      }));
    },
    after: (delayMs, message) =>
      clock.after(delayMs, () => message.kind === "StatusStable" && made.status.stable(message)),
  };
  const made: Bench = {
    status: new StableStatus(self, { clock, outbox, minimumS: () => made.minimumS }),
    is: (status, errorCode) => made.status.changed(reportOf(status, errorCode)),
    sent,
    passS: (seconds) => clock.advance(seconds * 1_000),
    minimumS,
    delivers: true,
  };
  return made;
}

function check(sentence: string, body: () => Promise<void>): void {
  Deno.test({ name: `MinimumStatusDuration: ${sentence}`, permissions: "none" }, body);
}

check("0 holds nothing back", async () => {
  const { is, sent, passS } = bench(0);
  is("Preparing");
  is("Charging");
  await passS(60);
  assertEquals(sent, ["0 Preparing", "0 Charging"]);
});

check("a status is reported when it has lasted exactly so long, and once", async () => {
  const { is, sent, passS } = bench(10);
  await passS(5);
  is("Preparing");
  await passS(9.999);
  assertEquals(sent, []);
  await passS(0.001);
  assertEquals(sent, ["15 Preparing"]);
  is("Preparing");
  await passS(60);
  assertEquals(sent, ["15 Preparing"]);
});

check("what does not last is not reported, whatever it is", async () => {
  const { is, sent, passS } = bench(10);
  is("Preparing");
  await passS(9);
  is("Faulted", "GroundFailure");
  await passS(9);
  is("SuspendedEV");
  await passS(9);
  is("Charging");
  await passS(60);
  assertEquals(sent, ["37 Charging"]);
});

check("a fault waits like any other status", async () => {
  const { is, sent, passS } = bench(10);
  is("Faulted", "GroundFailure");
  await passS(60);
  assertEquals(sent, ["10 Faulted"]);
});

check("what has been reported and comes back in time is not reported again", async () => {
  const { is, sent, passS } = bench(10);
  is("Available");
  await passS(10);
  is("Preparing");
  await passS(9);
  is("Available");
  await passS(60);
  assertEquals(sent, ["10 Available"]);
});

check("an event that changes nothing does not begin the wait anew", async () => {
  const { is, sent, passS } = bench(10);
  is("Preparing");
  for (let second = 0; second < 9; second++) {
    await passS(1);
    is("Preparing");
  }
  await passS(60);
  assertEquals(sent, ["10 Preparing"]);
});

check("another error code is another status", async () => {
  const { is, sent, passS } = bench(10);
  is("Available");
  await passS(10);
  is("Available", "WeakSignal");
  await passS(10);
  assertEquals(sent, ["10 Available", "20 Available"]);
});

check(
  "what a boot or a trigger asks for is told at once, and what waited with it is told by that",
  async () => {
    const { is, status, sent, passS } = bench(10);
    is("Preparing");
    await passS(3);
    status.again(reportOf("Preparing"), "triggered");
    await passS(60);
    assertEquals(sent, ["3 Preparing triggered"]);
  },
);

check("what waits when something else is told at once is not told later", async () => {
  const { is, status, sent, passS } = bench(10);
  is("Preparing");
  await passS(3);
  status.again(reportOf("Charging"), "ordinary");
  await passS(60);
  assertEquals(sent, ["3 Charging"]);
});

check(
  "after an outage what has lasted long enough is told at once, and what has not waits for the rest",
  async () => {
    const outage = bench(10);
    const { is, sent, passS } = outage;
    outage.delivers = false;
    is("Preparing");
    await passS(10);
    outage.delivers = true;
    await passS(20);
    is("Preparing");
    assertEquals(sent, ["10 Preparing", "30 Preparing"]);
    is("Charging");
    await passS(4);
    is("Charging");
    await passS(6);
    assertEquals(sent.at(-1), "40 Charging");
  },
);

check("a change of the key counts for what waits, too", async () => {
  for (
    const [minimumS, expected] of [[0, "4 Preparing"], [6, "6 Preparing"], [20, "20 Preparing"]] as const
  ) {
    const changing = bench(10);
    changing.is("Preparing");
    await changing.passS(4);
    changing.minimumS = minimumS;
    changing.status.minimumChanged();
    await changing.passS(60);
    assertEquals(changing.sent, [expected]);
  }
});

check("a change of the key tells nothing that was not to be told", async () => {
  const { status, is, sent, passS } = bench(10);
  status.minimumChanged();
  is("Available");
  await passS(10);
  status.minimumChanged();
  await passS(60);
  assertEquals(sent, ["10 Available"]);
});

async function slowHouse(): Promise<CalmHouse> {
  const house = await bootedHouse({ station: "ac-two-sockets", settings: { MinimumStatusDuration: "10" } });
  assertEquals(
    house.centralSystem.received.get("StatusNotification"),
    3,
    "the boot's reports wait for nothing",
  );
  return house;
}

/** StatusNotifications of a connector: their moments and statuses. */
function told(house: CalmHouse, connectorId: number): readonly (readonly [atMs: number, status: unknown])[] {
  return house.sent("StatusNotification").filter(({ payload }) => payload.connectorId === connectorId).map(
    ({ atMs, payload }) => [atMs, payload.status],
  );
}

Deno.test("§9.1.22: connector 0 tells a fault of the station when it has lasted", async () => {
  const house = await slowHouse();
  house.station.verbs.fault(0, { errorCode: "HighTemperature" });
  await house.advance(9_000);
  house.station.verbs.clearFault(0);
  await house.advance(20_000);
  assertEquals(told(house, 0), []);
  house.station.verbs.fault(0, { errorCode: "HighTemperature" });
  await house.advance(20_000);
  assertEquals(told(house, 0), [[39_000, "Faulted"]]);
});

Deno.test("§9.1.22: a trigger is told at once what is true", async () => {
  const house = await slowHouse();
  house.station.verbs.fault(0, { errorCode: "HighTemperature" });
  await house.advance(1_000);
  await house.ask("TriggerMessage", { requestedMessage: "StatusNotification", connectorId: 0 });
  await house.advance(60_000);
  assertEquals(told(house, 0), [[1_000, "Faulted"]]);
});

Deno.test("§9.1.22: ChangeConfiguration of the key counts at once", async () => {
  const house = await slowHouse();
  house.station.verbs.fault(0, { errorCode: "HighTemperature" });
  await house.advance(1_000);
  await house.ask("ChangeConfiguration", { key: "MinimumStatusDuration", value: "0" });
  assertEquals(told(house, 0), [[1_000, "Faulted"]]);
});
