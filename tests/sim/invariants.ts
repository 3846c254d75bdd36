/**
 * What must hold in every run, after every event (S) or once everything has healed (E); ids as in notes/reliability.md B3.
 *
 * Law: judged from outside: the hardware, the store's commits, the central system's ledger, and the snapshots of actors.
 */
import { watchBills } from "./bill_watch.ts";
import { watchContactors } from "./contactor_watch.ts";
import { bills, order, quiet, truth } from "./end_state.ts";
import { watchDates } from "./date_watch.ts";
import { watchEvents } from "./event_watch.ts";
import { watchLimits } from "./limit_watch.ts";
import { watchLink } from "./link_watch.ts";
import { watchList } from "./list_watch.ts";
import { watchLogs } from "./log_watch.ts";
import { watchProofs } from "./proof_watch.ts";
import { watchRegistration } from "./registration_watch.ts";
import { watchReservations } from "./reservation_watch.ts";
import { watchStatuses } from "./status_watch.ts";
import { watchStops } from "./stop_watch.ts";
import { watchSupervision } from "./supervision_watch.ts";
import { survivors } from "./survivors.ts";
import type { SecuredWorld } from "./security_office.ts";
import type { World } from "./world.ts";

/** Says that an invariant is broken. */
export type Fail = (id: string, what: string) => void;

/** One breach; the id is what a shrunk scenario must still break. */
export class Breach extends Error {
  override readonly name = "Breach";
  readonly id: string;
  constructor(id: string, what: string) {
    super(`${id}: ${what}`);
    this.id = id;
  }
}

/** The checks of one run. Both functions throw the first breach there is. */
export interface WorldWatch {
  /** After every event. */
  readonly step: () => void;
  /** At the end, as `judgeEnd`, of what was seen on the way. */
  readonly end: () => void;
}

/** Its proofs where a central system is there that looks at them. */
export function watchWorld(world: World & Partial<SecuredWorld>): WorldWatch {
  let broken: Breach | null = null;
  const fail: Fail = (id, what) => {
    broken ??= new Breach(id, what);
  };
  const contactors = watchContactors(world, fail);
  const statuses = watchStatuses(world, fail);
  const stops = watchStops(world, fail);
  const supervision = watchSupervision(world, fail);
  const list = watchList(world, fail);
  const limits = watchLimits(world, fail);
  const link = watchLink(world, fail);
  watchBills(world, fail);
  watchDates(world, fail);
  watchReservations(world, fail);
  watchRegistration(world, fail);
  const events = watchEvents(world, fail);
  const logs = watchLogs(world, fail);
  const { office } = world;
  const proofs = office === undefined ? () => {} : watchProofs({ ...world, office }, fail);
  function step(): void {
    contactors();
    statuses();
    stops();
    supervision();
    list();
    limits();
    link();
    proofs();
    const [crossed] = world.wireBreaches();
    if (crossed !== undefined) fail(crossed.id, crossed.what);
    const [breach] = world.centralSystem.breaches;
    if (breach !== undefined) fail("I3", `the charger sent ${breach}`);
    const [dial] = world.dial.breaches;
    if (dial !== undefined) fail("I19", dial);
    if (broken !== null) throw broken;
  }
  return {
    step,
    end: () => {
      events();
      logs();
      step();
    },
  };
}

/** The checks at the end, when the link is up, nobody is plugged in, and hours have been quiet. */
export async function judgeEnd(world: World): Promise<void> {
  bills(world, breached);
  await survivors(world, breached);
  order(world, breached);
  quiet(world, breached);
  truth(world, breached);
}

/** Where nothing else is left to be done, the first breach ends the run. */
export function breached(id: string, what: string): never {
  throw new Breach(id, what);
}
