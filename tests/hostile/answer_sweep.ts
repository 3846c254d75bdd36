/**
 * Hostile answers to the charger's own CALLs, each in a session of its own: what is no answer costs an attempt, and the bill is right
 * all the same.
 *
 * Law: after each case one transaction more is in the ledger, with its Start and its Stop, and the connector is free.
 */
import type { Turn } from "../sim/turn.ts";
import { Breach, judgeEnd } from "../sim/invariants.ts";
import { heal } from "../sim/heal.ts";
import type { AnswerCase, OwnAction } from "./answer_cases.ts";
import type { HostileHouse } from "./hostile_house.ts";
import { createHostileHouse } from "./hostile_house.ts";
import { named } from "./sweep.ts";
import { fence } from "./trial.ts";

/** Longer than MessageTimeout (30 s) and the 10 s for a sign, a late answer, and the way back of a lost link. */
const overMs = 55_000;
/** From anything that is answered to all that follows from it. */
const soonMs = 3_000;
const sampleMs = 10_000;

/** All but those to BootNotification, which are tried in `boot_sweep.ts`. */
export async function sweepAnswers(seed: string, cases: readonly AnswerCase[]): Promise<number> {
  const house = await createHostileHouse({
    seed,
    station: "reference-dc",
    settings: {
      MeterValueSampleInterval: "10",
      ClockAlignedDataInterval: "300",
      TransactionMessageRetryInterval: "1",
      WebSocketPingInterval: "10",
    },
  });
  await fence(house);
  for (const [at, hostile] of cases.entries()) {
    await named(`seed ${seed}, answer ${at + 1} of ${cases.length}: ${hostile.name}`, async () => {
      await session(house, hostile, `DRIVER ${at}`);
      await fence(house);
      house.inspectBounds();
    });
  }
  await named(`seed ${seed}, the end after ${cases.length} answers`, async () => {
    await heal(house);
    await judgeEnd(house);
  });
  return cases.length;
}

/** A session from plug to unplug, in which one CALL of the charger gets the hostile answer, and every other a good one. */
async function session(house: HostileHouse, hostile: AnswerCase, idTag: string): Promise<void> {
  const { verbs } = house.station;
  const begun = house.centralSystem.ledger.size;
  verbs.plug(1);
  await house.advance(soonMs);
  await misled(house, hostile, ["Authorize", "StartTransaction"], () => void verbs.swipe(idTag));
  if (hostile.action === "Authorize") {
    expectCharges(house, isAuthorized(house, hostile));
    if (!charges(house)) verbs.swipe(idTag);
    await house.advance(soonMs);
  }
  expectCharges(house, goesOn(house, hostile));
  await misled(house, hostile, ["Heartbeat"], () => trigger(house, "Heartbeat"));
  await misled(house, hostile, ["StatusNotification"], () => trigger(house, "StatusNotification"));
  await misled(house, hostile, ["MeterValues"], () => {});
  await house.advance(sampleMs);
  expectCharges(house, goesOn(house, hostile));
  await misled(house, hostile, ["StopTransaction"], () => {
    if (charges(house)) verbs.swipe(idTag);
  });
  expectCharges(house, false);
  verbs.unplug(1);
  await house.advance(soonMs);
  const entries = [...house.centralSystem.ledger.values()];
  if (entries.length !== begun + 1) {
    throw new Breach("I2", `${entries.length - begun} transactions came of it`);
  }
  if (entries.at(-1)?.stop === null) throw new Breach("I2", "no StopTransaction came of it");
  if (house.statuses() !== "Available") {
    throw new Breach("I10", `after it the connector is ${house.statuses()}`);
  }
}

/** Acts; where that makes the charger send the CALL of the case, the hostile answer waits for it. */
async function misled(
  house: HostileHouse,
  { action, texts, takes, payload, afterMs }: AnswerCase,
  actions: readonly OwnAction[],
  act: () => void,
): Promise<void> {
  const isMeant = actions.includes(action);
  const received = () => house.centralSystem.received.get(action) ?? 0;
  const before = received();
  const { transactionId } = payload;
  const turn: Turn = {
    kind: "texts",
    texts,
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(afterMs === undefined ? {} : { afterMs }),
  };
  if (isMeant) house.centralSystem.script(action, turn);
  act();
  if (isMeant && !await house.until(() => received() > before, 2 * sampleMs)) {
    throw new Breach("I8", `${action} was not sent`);
  }
  await house.advance(
    !isMeant || takes === "error" ? soonMs : takes === "result" ? soonMs + (afterMs ?? 0) : overMs,
  );
}

function trigger(house: HostileHouse, requestedMessage: string): void {
  house.centralSystem.call("TriggerMessage", { requestedMessage, connectorId: 1 });
}

function charges(house: HostileHouse): boolean {
  return house.station.board.state(1).contactorClosed;
}

/** Undefined where either is right. */
function expectCharges(house: HostileHouse, expected: boolean | undefined): void {
  if (expected === undefined || charges(house) === expected) return;
  throw new Breach("I9", `the contactor is ${charges(house) ? "closed" : "open"}, the other would be right`);
}

/** An answer that is none, or none in time, is no authorization (AllowOfflineTxForUnknownId is false). */
function isAuthorized(house: HostileHouse, answer: AnswerCase): boolean | undefined {
  return answer.takes === "result" && isValid(house, answer);
}

function isValid(house: HostileHouse, { payload }: AnswerCase): boolean | undefined {
  const { status, expiryDate } = payload.idTagInfo ?? {};
  if (status !== "Accepted") return false;
  // Not every form that OCPP allows is one that `Date` knows.
  const expiresMs = expiryDate === undefined ? Infinity : Date.parse(expiryDate);
  return Number.isNaN(expiresMs) ? undefined : expiresMs > house.clock.wallMs();
}

/** Once begun, only a StartTransaction.conf that says no stops it (StopTransactionOnInvalidId is true). */
function goesOn(house: HostileHouse, answer: AnswerCase): boolean | undefined {
  return answer.action !== "StartTransaction" || answer.takes !== "result" || isValid(house, answer);
}
