/**
 * Hostile answers to BootNotification, each at a boot of its own, half of them after a power cut in a session.
 *
 * Law: whatever the answer says, the charger neither storms nor sleeps: it boots again within its own bounds, its heartbeats keep
 * the clamped interval, and its clock shows a year that can be (OCPP 1.6 §4.2; decision D-boot-0; reliability.md D13, C3 row 20).
 */
import { Breach, judgeEnd } from "../sim/invariants.ts";
import { heal } from "../sim/heal.ts";
import type { AnswerCase } from "./answer_cases.ts";
import type { HostileCase } from "./hostile_case.ts";
import type { HostileHouse } from "./hostile_house.ts";
import { createHostileHouse } from "./hostile_house.ts";
import { named } from "./sweep.ts";
import { fence, goodCall, tryCase } from "./trial.ts";

/** The station's own HeartbeatInterval, and the top of it (`hal/stations/reference-dc.json`). */
const heartbeatS = { own: 300, most: 18_000 };
/** In Pending and Rejected: without an interval, and at most (README, D-boot-0). */
const waitS = { own: 60, most: 86_400 };
/** An answer that is none: from the CALL to its time-out, and the longest back-off. */
const retryMs = 400_000;
const soonMs = 6_000;
const questionsMax = 5;
const watchedS = 600;
/** A shorter wait is over before it could be watched. */
const watchedFromS = 59;
const years = { least: Date.UTC(2025, 0, 1), most: Date.UTC(2100, 0, 2) };

/** `questions` are asked while it is not accepted. */
export async function sweepBoots(
  seed: string,
  cases: readonly AnswerCase[],
  questions: readonly HostileCase[],
): Promise<number> {
  const house = await createHostileHouse({
    seed,
    station: "reference-dc",
    settings: { WebSocketPingInterval: "300", MeterValueSampleInterval: "60" },
  });
  await fence(house);
  for (const [at, hostile] of cases.entries()) {
    await named(`seed ${seed}, boot ${at + 1} of ${cases.length}: ${hostile.name}`, async () => {
      if (at % 2 === 0) await beginSession(house, `DRIVER ${at}`);
      const { texts, afterMs } = hostile;
      house.centralSystem.script("BootNotification", {
        kind: "texts",
        texts,
        ...(afterMs === undefined ? {} : { afterMs }),
      });
      await house.powerCycle();
      await judge(
        house,
        hostile,
        questions.slice(at * questionsMax % questions.length).slice(0, questionsMax),
      );
      await putRight(house);
    });
  }
  await named(`seed ${seed}, the end after ${cases.length} boots`, async () => {
    await heal(house);
    await judgeEnd(house);
  });
  return cases.length;
}

async function beginSession(house: HostileHouse, idTag: string): Promise<void> {
  house.station.verbs.plug(1);
  await house.advance(soonMs);
  house.station.verbs.swipe(idTag);
  await house.advance(soonMs);
  if (house.statuses() !== "Charging") throw new Breach("I1", `a good session is ${house.statuses()}`);
}

async function judge(
  house: HostileHouse,
  hostile: AnswerCase,
  questions: readonly HostileCase[],
): Promise<void> {
  const { takes, payload: { status, interval = 0 }, afterMs = 0 } = hostile;
  if (takes !== "result") return await judgeRetries(house, questions);
  // By then it has booted once more.
  if (status !== "Accepted" && interval >= 1 && interval < watchedFromS) return await judgeRetries(house, []);
  await house.advance(afterMs + soonMs);
  const registered = registration(house);
  if (registered !== status) throw new Breach("I19", `it is ${registered}, and was told ${status}`);
  judgeClock(house);
  switch (status) {
    case "Accepted":
      return await judgeHeartbeats(
        house,
        interval < 1 ? heartbeatS.own : Math.min(interval, heartbeatS.most),
      );
    case "Pending":
      await ask(house, questions);
      return await judgeWait(house, interval < 1 ? waitS.own : Math.min(interval, waitS.most));
    case "Rejected":
      await askInVain(house, questions);
      return await judgeWait(house, interval < 1 ? waitS.own : Math.min(interval, waitS.most));
  }
}

/** What was no answer: it boots again, not at once and not for ever (OCPP 1.6 §4.2), and answers meanwhile (D-boot-early). */
async function judgeRetries(house: HostileHouse, questions: readonly HostileCase[]): Promise<void> {
  const before = boots(house);
  await ask(house, questions);
  await house.advance(60_000);
  if (boots(house) - before > 8) throw new Breach("I20", `${boots(house) - before} boots in a minute`);
  await eachSecond(house, () => registration(house) === "Accepted", retryMs);
  if (registration(house) !== "Accepted") {
    throw new Breach("I19", `it is ${registration(house)} after ${retryMs} ms`);
  }
}

async function judgeHeartbeats(house: HostileHouse, intervalS: number): Promise<void> {
  const before = house.centralSystem.received.get("Heartbeat") ?? 0;
  await house.advance(watchedS * 1_000);
  const beats = (house.centralSystem.received.get("Heartbeat") ?? 0) - before;
  if (Math.abs(beats - watchedS / intervalS) > 1) {
    throw new Breach("I20", `${beats} heartbeats in ${watchedS} s, every ${intervalS} s would be right`);
  }
}

/** Nothing is sent before it is over (OCPP 1.6 §4.2). */
async function judgeWait(house: HostileHouse, waitS: number): Promise<void> {
  const sent = house.sent();
  const beganMs = house.clock.monotonicMs();
  const before = boots(house);
  await eachSecond(house, () => boots(house) > before, (waitS + 10) * 1_000);
  const waitedS = (house.clock.monotonicMs() - beganMs) / 1_000;
  // It has waited since the answer, and was asked a few questions meanwhile.
  if (boots(house) === before || waitedS < waitS - 60) {
    throw new Breach(
      "I20",
      `after ${waitedS} s there were ${boots(house) - before} boots, ${waitS} s would be right`,
    );
  }
  const others = house.sent() - sent - (boots(house) - before);
  // Accepted by then, it says what there is to say at once.
  if (registration(house) !== "Accepted" && others > 0) throw new Breach("I19", `${others} CALLs were sent`);
}

async function ask(house: HostileHouse, questions: readonly HostileCase[]): Promise<void> {
  for (const [at, question] of questions.entries()) {
    await named(
      `asked ${question.name}`,
      () => tryCase(house, question, `q${boots(house)}-${at}`, false, new Map()),
    );
  }
}

async function askInVain(house: HostileHouse, questions: readonly HostileCase[]): Promise<void> {
  const before = house.centralSystem.answers.length;
  for (const question of questions.filter(({ closes }) => closes !== true)) {
    const ids = { own: `r${boots(house)}`, chargers: house.chargersId() };
    for (const text of question.texts(ids)) {
      house.centralSystem.say(
        text,
        question.answers(ids).map(({ id }) => id),
      );
    }
    await house.advance(100);
    const answers = house.centralSystem.answers.slice(before).filter(({ kind }) => kind === "CallResult");
    if (answers.length > 0) throw new Breach("I19", `Rejected, it answered ${question.name}`);
  }
}

/** Whatever it was told, a central system in its senses gets it back with the next boot. */
async function putRight(house: HostileHouse): Promise<void> {
  if (registration(house) !== "Accepted") {
    await house.powerCycle();
    await house.advance(soonMs);
  }
  judgeClock(house);
  await goodCall(house, "ChangeConfiguration", { key: "HeartbeatInterval", value: String(heartbeatS.own) });
  house.station.verbs.unplug(1);
  await house.advance(soonMs);
  if (registration(house) !== "Accepted" || house.statuses() !== "Available") {
    throw new Breach("I19", `booted again it is ${registration(house)} and ${house.statuses()}`);
  }
  house.inspectBounds();
}

function judgeClock(house: HostileHouse): void {
  const wallMs = house.clock.wallMs();
  if (wallMs < years.least || wallMs > years.most) {
    throw new Breach("I3", `its clock shows ${new Date(wallMs).getUTCFullYear()}`);
  }
}

async function eachSecond(house: HostileHouse, holds: () => boolean, ms: number): Promise<void> {
  const endMs = house.clock.monotonicMs() + ms;
  while (!holds() && house.clock.monotonicMs() < endMs) await house.advance(1_000);
}

function boots(house: HostileHouse): number {
  return house.centralSystem.received.get("BootNotification") ?? 0;
}

function registration(house: HostileHouse): string | undefined {
  return (house.system().inspect("station") as { readonly registration: string } | undefined)?.registration;
}
