/**
 * The file of the physical state: never behind the meter, whole at any moment, refused when it is not ours.
 *
 * Law: time is the simulated clock's; only the file is real.
 */
import { assert, assertEquals } from "@std/assert";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSimulatedStation } from "../../hal/drivers/simulated_station.ts";
import { keepPhysicalState, readPhysicalState } from "../../simulator/physical_state_file.ts";
import type { MeterOutcome } from "../../hal/meter.ts";
import { acTwoSockets, referenceDc } from "../hal/stations.ts";

function check(sentence: string, test: (under: ReturnType<typeof bench>) => Promise<void> | void): void {
  Deno.test(`physical state file: ${sentence}`, async () => {
    const directory = Deno.makeTempDirSync();
    try {
      await test(bench(`${directory}/physical.json`));
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  });
}

function bench(path: string) {
  const clock = createSimulatedClock({ startWallMs: 0, settled: () => true });
  const station = createSimulatedStation({ profile: acTwoSockets, clock });
  const onDisk = () => {
    const read = readPhysicalState(path, acTwoSockets);
    assert(read.kind === "read" && read.value !== null);
    return read.value;
  };
  return { path, clock, station, onDisk };
}

function failOn(line: string): never {
  throw new Error(line);
}

check("there is none before the first start", ({ path }) => {
  assertEquals(readPhysicalState(path, acTwoSockets), { kind: "read", value: null });
});

check("one from before there were warnings has none", ({ path, station }) => {
  const { stationWarning: _, connectors, ...before } = station.physicalState();
  const old = { ...before, connectors: connectors.map(({ warning: __, ...connector }) => connector) };
  Deno.writeTextFileSync(path, JSON.stringify(old));
  assertEquals(readPhysicalState(path, acTwoSockets), { kind: "read", value: station.physicalState() });
});

check(
  "it is written at the start and after each verb, before the verb returns",
  ({ path, clock, station, onDisk }) => {
    const stop = keepPhysicalState(station, clock, path, failOn);
    assertEquals(onDisk(), station.physicalState());
    station.verbs.plug(1);
    assertEquals(onDisk().connectors[0]?.plug, "both");
    station.board.setLock(1, true);
    assertEquals(onDisk().connectors[0]?.locked, true);
    station.verbs.fault(0, { errorCode: "OtherError" });
    assertEquals(onDisk().stationFault, { errorCode: "OtherError" });
    stop();
    station.verbs.clearFault(0);
    assertEquals(onDisk().stationFault, { errorCode: "OtherError" });
  },
);

check(
  "it follows the register every second while energy flows, and then rests",
  async ({ path, clock, station, onDisk }) => {
    keepPhysicalState(station, clock, path, failOn);
    station.verbs.plug(1);
    assertEquals(clock.pending(), 0);
    station.board.setContactor(1, true);
    for (let second = 1; second <= 5; second++) {
      await clock.advance(1_000);
      assertEquals(onDisk(), station.physicalState());
    }
    assert((onDisk().connectors[0]?.registerWh ?? 0) > 15);
    station.board.setContactor(1, false);
    await clock.advance(1_000);
    assertEquals(clock.pending(), 0);
  },
);

check("what a meter has told is on disk before it is told", async ({ path, clock, station, onDisk }) => {
  keepPhysicalState(station, clock, path, failOn);
  station.verbs.plug(1);
  station.board.setContactor(1, true);
  await clock.advance(900);
  const behind = onDisk().connectors[0]?.registerWh;
  assertEquals(behind, 0);
  const told: (readonly [MeterOutcome["kind"], boolean])[] = [];
  station.meter.read(1, ({ kind }) => told.push([kind, (onDisk().connectors[0]?.registerWh ?? 0) > 2.75]));
  await clock.advance(0);
  assertEquals(told, [["read", true]]);
});

check(
  "what a meter has told stays true when time passes while the file is written",
  async ({ path, clock: inner }) => {
    let looks = 0;
    const clock = { ...inner, monotonicMs: () => inner.monotonicMs() + 10_000 * looks++ };
    const station = createSimulatedStation({ profile: acTwoSockets, clock });
    keepPhysicalState(station, clock, path, failOn);
    station.verbs.plug(1);
    station.board.setContactor(1, true);
    const missing: number[] = [];
    for (let read = 0; read < 5; read++) {
      station.meter.read(1, (outcome) => {
        const kept = readPhysicalState(path, acTwoSockets);
        assert(outcome.kind === "read" && kept.kind === "read");
        missing.push(outcome.reading.energyWh - (kept.value?.connectors[0]?.registerWh ?? 0));
      });
      await inner.advance(0);
    }
    assert(missing.length === 5 && missing.every((wh) => wh <= 0), `${missing} Wh are not in the file`);
  },
);

check(
  "it is not written for less than a Wh: a contactor that closes waits for no disk",
  async ({ path, clock: inner, onDisk }) => {
    let looks = 0;
    const clock = { ...inner, monotonicMs: () => inner.monotonicMs() + looks++ / 1_000 };
    const station = createSimulatedStation({ profile: acTwoSockets, clock });
    keepPhysicalState(station, clock, path, failOn);
    station.verbs.plug(1);
    const before = onDisk();
    station.board.setContactor(1, true);
    assert((station.physicalState().connectors[0]?.registerWh ?? 0) > 0);
    assertEquals(onDisk(), before);
    await inner.advance(1_000);
    assert((onDisk().connectors[0]?.registerWh ?? 0) > 2.75);
  },
);

check("no half-written file is left beside it", ({ path, clock, station }) => {
  keepPhysicalState(station, clock, path, failOn);
  station.verbs.plug(1);
  const names = [...Deno.readDirSync(path.slice(0, path.lastIndexOf("/")))].map(({ name }) => name);
  assertEquals(names, ["physical.json"]);
});

check("another station's file, or a damaged one, is refused with what to do", ({ path, clock, station }) => {
  keepPhysicalState(station, clock, path, failOn);
  assertEquals(readPhysicalState(path, referenceDc), {
    kind: "refused",
    problems: [`remove ${path}, or mend it: it belongs to the station "ac-two-sockets"`],
  });
  Deno.writeTextFileSync(path, '{"version":1,');
  const damaged = readPhysicalState(path, acTwoSockets);
  assert(
    damaged.kind === "refused" && damaged.problems[0]?.startsWith(`remove ${path}, or mend it: write JSON`),
  );
  Deno.writeTextFileSync(path, JSON.stringify({ ...station.physicalState(), version: 2 }));
  assertEquals(readPhysicalState(path, acTwoSockets), {
    kind: "refused",
    problems: [`remove ${path}, or mend it: version: write 1, not 2`],
  });
});

check(
  "a disk that takes nothing stops no station; it is said once, and the file follows when there is room",
  async ({ path, clock, station, onDisk }) => {
    // A directory where the file is to be written first: every attempt fails, for root too.
    Deno.mkdirSync(`${path}.tmp`);
    const said: string[] = [];
    const stop = keepPhysicalState(station, clock, path, (line) => said.push(line));
    station.verbs.plug(1);
    await clock.advance(5_000);
    assertEquals(said.length, 1);
    assertEquals(readPhysicalState(path, acTwoSockets), { kind: "read", value: null });
    Deno.removeSync(`${path}.tmp`);
    await clock.advance(1_000);
    assertEquals(onDisk(), station.physicalState());
    stop();
  },
);
