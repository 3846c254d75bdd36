/**
 * A sweep: hostile cases, one after the other, against one house in which sessions run; then all must come to rest, with every
 * bill right (notes/reliability.md C3).
 *
 * Law: a run is a function of its seed, its station and its cases; what fails is named exactly.
 */
import { judgeEnd } from "../sim/invariants.ts";
import { heal } from "../sim/heal.ts";
import type { HostileCase } from "./hostile_case.ts";
import type { HostileHouse } from "./hostile_house.ts";
import { createHostileHouse } from "./hostile_house.ts";
import { passBy } from "./passers_by.ts";
import type { Values } from "./trial.ts";
import { fence, goodCall, tryCase } from "./trial.ts";

export interface Sweep {
  readonly seed: string;
  readonly station: string;
  readonly cases: readonly HostileCase[];
}

export interface Swept {
  readonly cases: number;
  readonly transactions: number;
  /** Cases by the status of connector 1 when they came. */
  readonly statuses: ReadonlyMap<string, number>;
}

/** Time in which what somebody has begun is over, but a session. */
const calmMs = 6_000;
/** Between two housekeepings of a central system that means well. */
const operativeEvery = 50;

export async function sweep({ seed, station, cases }: Sweep): Promise<Swept> {
  const house = await createHostileHouse({
    seed,
    station,
    settings: { MeterValueSampleInterval: "60", ConnectionTimeOut: "60", WebSocketPingInterval: "60" },
  });
  const draw = () => house.entropy.fraction("sweep");
  const statuses = new Map<string, number>();
  await fence(house);
  const values = await operatorsValues(house);
  let isCalm = true;
  for (const [at, hostile] of cases.entries()) {
    const state = house.statuses();
    const [first = ""] = state.split(", ");
    statuses.set(first, (statuses.get(first) ?? 0) + 1);
    await named(
      `seed ${seed}, ${station}, case ${at + 1} of ${cases.length}, ${state}: ${hostile.name}`,
      async () => {
        if (draw() < 0.3) {
          passBy(house);
          isCalm = false;
        }
        await house.advance(draw() < 0.5 ? draw() * 100 : 0);
        if (draw() < 0.6) {
          await house.advance(calmMs);
          isCalm = true;
        }
        await tryCase(house, hostile, `h${at}`, isCalm, values);
        isCalm = false;
        if (at % operativeEvery === 0) {
          await goodCall(house, "ChangeAvailability", { connectorId: 0, type: "Operative" });
        }
      },
    );
  }
  await named(`seed ${seed}, ${station}, the end after ${cases.length} cases`, async () => {
    await heal(house);
    await judgeEnd(house);
    house.inspectBounds();
  });
  return { cases: cases.length, transactions: house.centralSystem.ledger.size, statuses };
}

/** Runs it, and says in front of what is thrown what was tried. */
export async function named(what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

async function operatorsValues(house: HostileHouse): Promise<Values> {
  const answer = await goodCall(house, "GetConfiguration", {});
  const { configurationKey } = answer as {
    readonly configurationKey: readonly {
      readonly key: string;
      readonly readonly: boolean;
      readonly value?: string;
    }[];
  };
  return new Map(
    configurationKey.map(({ key, readonly, value = "" }) => [key, { value, readonly }]),
  );
}
