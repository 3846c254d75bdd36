/**
 * Plays a scenario in the simulated world: hands, accidents, and what the central system asks.
 *
 * Law: nothing is drawn here. A blow that is aimed at a commit falls on the actor whose commit it is, or on whom it names.
 */
import type { ParkedOutcome } from "../../actors/archive.ts";
import type { VerbOutcome } from "../../hal/hardware_verb.ts";
import type { Batch, Key } from "../../storage/store.ts";
import { say } from "./central_system_words.ts";
import { formatDateTime } from "../../protocol/date_time.ts";
import { actPoint } from "./fault_points.ts";
import { mute } from "./muteness.ts";
import type { Act, Aimed, Blow, Event } from "./scenario.ts";
import type { SecuredWorld } from "./security_office.ts";
import type { World } from "./world.ts";

const darkMs = 5_000;
const unheard: VerbOutcome = { kind: "impossible", why: "nobody is connected who could hear it" };
/** Kinds of records that a bill is made of once its transaction has begun. */
const damageable: Readonly<Record<"bills" | "open" | "starts", ReadonlySet<string>>> = {
  bills: new Set(["outbox", "answer", "parked", "archive", "resend"]),
  open: new Set(["transaction", "checkpoint"]),
  starts: new Set(["outbox"]),
};

type Aim = Aimed & { left: number };

export async function play(world: SecuredWorld, scenario: readonly Event[]): Promise<void> {
  const beginMs = world.clock.monotonicMs();
  const aims: Aim[] = [];

  function hits(aim: Aim, who: string): void {
    aim.left -= 1;
    if (aim.left !== 0) return;
    aims.splice(aims.indexOf(aim), 1);
    world.clock.after(aim.afterMs, () => strike(world, aim.blow, who));
  }

  world.watchCommits((batch) => {
    for (const aim of [...aims]) if (aim.kind === "atCommit") hits(aim, committer(batch));
  });
  world.watchCredentials(() => {
    for (const aim of [...aims]) if (aim.kind === "atCredentials") hits(aim, "cert_store");
  });
  world.onTrace((event) => {
    if (event.kind !== "message" || aims.length === 0) return;
    for (const aim of [...aims]) {
      if (aim.kind !== "atMessage") continue;
      if (aim.actor === event.actor && aim.message === event.message) hits(aim, event.actor);
    }
  });
  for (const [at, { atMs, act }] of scenario.entries()) {
    await world.advance(Math.max(0, beginMs + atMs - world.clock.monotonicMs()));
    if (act.kind === "atCommit" || act.kind === "atCredentials" || act.kind === "atMessage") {
      aims.push({ ...act, left: act.nth });
    } else if (hasHappened(perform(world, act))) {
      const point = actPoint(scenario, at);
      if (point !== null) world.reached.add(point);
    }
  }
  aims.length = 0;
  await world.advance(darkMs);
}

/** What cannot be does not happen; of most acts nothing stands in the way. */
function hasHappened(outcome: VerbOutcome | void): boolean {
  return typeof outcome !== "object" || outcome.kind === "done";
}

function strike(world: World, blow: Blow, who: string): void {
  if (world.isDark()) return;
  switch (blow.kind) {
    case "crash":
      world.system().crash(blow.actor ?? who);
      return;
    case "powerCycle":
      return powerCycle(world, blow);
  }
}

/** `starts` are the StartTransactions that wait. */
function isOf(world: World, of: keyof typeof damageable, key: Key): boolean {
  if (!damageable[of].has(String(key[0]))) return false;
  return of !== "starts" || world.durable.outbox.get(Number(key[1]))?.action === "StartTransaction";
}

function powerCycle(world: World, blow: Extract<Blow, { kind: "powerCycle" }>): void {
  if (world.durable.open.size > 0) world.reached.add("power cut in a transaction");
  if (world.durable.outbox.size > 2) world.reached.add("power cut with a backlog");
  if (world.store().pending() > 0) world.reached.add("power cut in a commit");
  if (world.credentials().pending() > 0) world.reached.add("power cut while credentials are written");
  world.cutPower(blow.keptCommits);
  const { medium } = blow;
  if (medium !== undefined) {
    // What stands twice is not lost, and excuses nobody.
    if (medium.kind !== "corrupt" || medium.of !== "starts") world.reached.add(`store ${medium.kind}`);
    world.tamper((found) => {
      const { records, lastSequence } = found.snapshot();
      if (medium.kind === "emptied") return { records: [], lastSequence: 0 };
      const { of } = medium;
      const among = of === undefined ? records : records.filter(({ key }) => isOf(world, of, key));
      const record = among[Math.floor(medium.at * among.length)];
      if (record !== undefined) {
        found.corrupt(record.key);
        if (of !== undefined) world.reached.add(`damaged ${record.key[0]}`);
      }
      return { ...found.snapshot(), lastSequence };
    });
  }
  world.clock.after(blow.darkMs ?? darkMs, () => {
    if (blow.clockUnset === true) {
      world.reached.add("clock unset at boot");
      world.clock.stepWall(-world.clock.wallMs());
    }
    void world.restorePower();
  });
}

/** Whose commit it is, by what it writes (`storage/record_keys.ts`: every key has one writer). */
function committer(batch: Batch): string {
  const keys = [...(batch.sets ?? []).map(({ key }) => key), ...(batch.deletes ?? [])];
  const transaction = keys.find((key) => key[0] === "transaction" || key[0] === "checkpoint");
  if (transaction !== undefined) return `connector:${transaction[1]}`;
  switch (keys[0]?.[0]) {
    case "configuration":
      return "configuration";
    case "registration":
    case "clock":
    case "restart":
      return "station";
    case "cache":
      return "authorizer";
    case "localList":
    case "listed":
      return "local_list";
    case "reservation":
      return "reservations";
    case "profile":
    case "offeredProfile":
      return "profile_scheduler";
    case "upload":
      return "diagnostics";
    case "availability":
      return keys[0][1] === 0 ? "station" : `connector:${keys[0][1]}`;
    default:
      return "outbox";
  }
}

function perform(world: SecuredWorld, act: Exclude<Act, Aimed>): VerbOutcome | void {
  const { station, network, centralSystem } = world;
  switch (act.kind) {
    case "plug":
      return station.verbs.plug(act.connectorId, act.side);
    case "unplug":
      return station.verbs.unplug(act.connectorId, act.side);
    case "swipe": {
      const reader = station.profile.reader === "connector" ? [act.connectorId] : [];
      const swipe = () => station.verbs.swipe(act.idTag, ...reader);
      for (let n = 1; n < (act.times ?? 1); n++) swipe();
      return swipe();
    }
    case "carPauses":
      return void station.verbs.ev(act.connectorId, { suspended: act.suspended });
    case "carDraws":
      return carDraws(world, act);
    case "parked":
      return parked(world, act.wish);
    case "link":
      return network.setLink(world.isDark() ? "down" : act.state);
    case "loseConnection":
      return network.lose();
    case "hangUp":
      if (!centralSystem.connected()) return unheard;
      return centralSystem.cut();
    case "hangUpOnCalls":
      return centralSystem.hangUpOnCalls(act.always);
    case "close":
      if (!centralSystem.connected()) return unheard;
      return centralSystem.close(act.code);
    case "latency":
      world.networkMs.max = act.maxMs;
      return;
    case "dials":
      return world.dial.set(act.fault);
    case "handshakes":
      return centralSystem.handshakes(...act.handshakes);
    case "crash":
    case "powerCycle":
      return strike(world, act, "outbox");
    case "script":
      return centralSystem.script(act.action, ...Array.from({ length: act.times ?? 1 }, () => act.turn));
    case "mute":
      return mute(world, act.action);
    case "password":
    case "securityProfile":
    case "certificate":
    case "root":
    case "forgetful":
      return world.office.say(act);
    case "remoteStart":
    case "remoteStop":
    case "reset":
    case "change":
    case "trigger":
    case "call":
    case "chargingProfile":
    case "reserve":
    case "availability":
      say(world, act);
      return centralSystem.connected() ? undefined : unheard;
    case "fault":
    case "clearFault":
    case "lock":
    case "contactor":
    case "meter":
    case "meterSteps":
    case "clock":
    case "diskSlow":
    case "diskFull":
    case "diskScarce":
    case "diskFails":
    case "credentialsFail":
    case "sabotage":
    case "uploads":
    case "powerFails":
      return harm(world, act);
  }
}

function carDraws({ station }: World, { connectorId, share }: Extract<Act, { kind: "carDraws" }>) {
  const outlet = station.board.outlet(connectorId);
  const model = { ...outlet.car.model, drawnShare: share };
  station.board.put({ ...outlet, car: { ...outlet.car, model } });
}

function parked(world: World, wish: "resend" | "discard"): void {
  const bill = world.durable.bills.find(({ archive }) => archive.size > 0);
  if (world.isDark() || bill === undefined) return;
  const { localId } = bill;
  const reply = (outcome: ParkedOutcome) => void world.reached.add(`${wish} of what is parked: ${outcome}`);
  const { outbox } = world.addresses();
  if (wish === "resend") outbox.send({ kind: "ResendParked", localId, reply });
  else outbox.send({ kind: "DiscardParked", localId, reason: "it was asked for", reply });
}

type Broken = Extract<
  Act,
  {
    kind:
      | "fault"
      | "clearFault"
      | "lock"
      | "contactor"
      | "meter"
      | "meterSteps"
      | "clock"
      | "diskSlow"
      | "diskFull"
      | "diskScarce"
      | "diskFails"
      | "credentialsFail"
      | "sabotage"
      | "uploads"
      | "powerFails";
  }
>;

function harm(world: World, act: Broken): VerbOutcome | void {
  const { station, medium } = world;
  switch (act.kind) {
    case "fault":
      return station.verbs.fault(act.connectorId, act.fault ?? { errorCode: "GroundFailure" });
    case "clearFault":
      return void station.verbs.clearFault(act.connectorId);
    case "lock":
      return station.verbs.lock(act.connectorId, { failure: act.failure });
    case "contactor":
      return world.contactors.stick(act.connectorId, act.stuck);
    case "meter":
      return world.meter.set(act.connectorId, act.fault);
    case "meterSteps":
      return world.meter.countIn(act.stepWh);
    case "clock":
      return clockJumps(world, act.stepMs);
    case "diskSlow":
      return medium.slow(act.extraMs);
    case "diskFull":
      return medium.full(act.isFull, act.reserve);
    case "diskScarce":
      return medium.scarce(act.isScarce);
    case "diskFails":
      return medium.fail(act.outcome, act.commits);
    case "credentialsFail":
      return world.credentials().failWrites(act.outcome, act.writes);
    case "sabotage":
      return world.saboteur.order(act.actor, act.sabotage);
    case "uploads":
      return world.transfer.script(...act.ends);
    case "powerFails":
      return powerFails(world, act);
  }
}

/** The central system tells the wrong time, and the next time the right one: nobody else sets a charger's clock (decision D-clock). */
function clockJumps({ centralSystem, clock }: World, stepMs: number): void {
  const payload = { currentTime: formatDateTime(clock.wallMs() + stepMs) };
  centralSystem.script("Heartbeat", { kind: "answer", payload });
  centralSystem.call("TriggerMessage", { requestedMessage: "Heartbeat" });
}

function powerFails(world: World, { warningMs, returns }: Extract<Act, { kind: "powerFails" }>): void {
  if (world.isDark()) return;
  world.station.verbs.power("failing");
  world.clock.after(warningMs, () => {
    if (world.isDark() || world.station.power.supply() !== "failing") return;
    world.reached.add(returns ? "power returned in time" : "power cut with a warning");
    if (returns) world.station.verbs.power("on");
    else powerCycle(world, { kind: "powerCycle", keptCommits: 1 });
  });
}
