/** What a power cut leaves of a transaction: its register, its time, and whether they still count (spec/behaviour.md §18; errata v4.0 §3.9). */
import { assertEquals } from "@std/assert";
import type { Checkpoint, Register, Since } from "../../protocol/checkpoint.ts";
import { closing, counts, isMeasured, isPossible, lastKnown, seen } from "../../protocol/checkpoint.ts";

const startedMs = 1_767_225_600_000;
const beginning = { localId: 17, meterStartWh: 1_000, startedMs, meterSerialNumber: "M1" };
const checkpoint: Checkpoint = {
  localId: 17,
  energyWh: 1_500.5,
  atMs: startedMs + 90_000,
  risenMs: startedMs + 40_000,
  meterSerialNumber: "M1",
};

function reading(energyWh: number, meterSerialNumber = "M1"): Register {
  return { energyWh, meterSerialNumber };
}

function checkClosing(
  sentence: string,
  known: Checkpoint | null,
  read: Register | null,
  energyWh: number,
  afterMs: number,
): void {
  Deno.test({ name: `closing after a power cut: ${sentence}`, permissions: "none" }, () => {
    assertEquals(closing(beginning, known, read), { energyWh, atMs: startedMs + afterMs });
  });
}

checkClosing(
  "the register of the same meter, which survived the power",
  checkpoint,
  reading(1_510),
  1_510,
  90_000,
);
checkClosing("the register where it was", checkpoint, reading(1_500.5), 1_500.5, 90_000);
checkClosing(
  "another meter's register is not this bill's, however high",
  checkpoint,
  reading(9_000, "M2"),
  1_500.5,
  90_000,
);
checkClosing("nor however low", checkpoint, reading(3, "M2"), 1_500.5, 90_000);
checkClosing(
  "a register that is below the last one seen is not believed",
  checkpoint,
  reading(1_500.4),
  1_500.5,
  90_000,
);
checkClosing("one that has overflowed and begun again neither", checkpoint, reading(7), 1_500.5, 90_000);
checkClosing("a meter that is silent: the last checkpoint", checkpoint, null, 1_500.5, 90_000);
checkClosing(
  "before the first checkpoint: the register, at the time of the start",
  null,
  reading(1_002),
  1_002,
  0,
);
checkClosing("and with a silent meter nothing was charged", null, null, 1_000, 0);
checkClosing("a register below meterStart leaves meterStart", null, reading(999), 1_000, 0);
checkClosing(
  "a checkpoint of an earlier transaction says nothing",
  { ...checkpoint, localId: 16 },
  null,
  1_000,
  0,
);

Deno.test({ name: "the last sign of life is the checkpoint, or the start", permissions: "none" }, () => {
  assertEquals(lastKnown(beginning, checkpoint), checkpoint);
  assertEquals(lastKnown(beginning, null), {
    localId: 17,
    energyWh: 1_000,
    atMs: startedMs,
    risenMs: startedMs,
    meterSerialNumber: "M1",
  });
});

Deno.test({
  name:
    "where the last sign of life of a resumed transaction is lost its register may have risen since its beginning",
  permissions: "none",
}, () => {
  const resumed = lastKnown({ ...beginning, begunMs: startedMs - 9_000 }, null);
  assertEquals([resumed.atMs, resumed.risenMs], [startedMs, startedMs - 9_000]);
});

Deno.test({
  name:
    "a resumption is a sign of life: no later cut brings back time that has passed before it (D-resume-after-cut)",
  permissions: "none",
}, () => {
  const resumed = { ...beginning, startedMs: checkpoint.atMs + 4_000, begunMs: startedMs };
  assertEquals(lastKnown(resumed, checkpoint), { ...checkpoint, atMs: checkpoint.atMs + 4_000 });
});

function checkSeen(sentence: string, read: Register, energyWh: number, risenAfterMs: number): void {
  Deno.test({ name: `a sign of life: ${sentence}`, permissions: "none" }, () => {
    assertEquals(seen(checkpoint, read, startedMs + 99_000), {
      ...checkpoint,
      energyWh,
      atMs: startedMs + 99_000,
      risenMs: startedMs + risenAfterMs,
    });
  });
}

checkSeen("a register that has risen has risen now", reading(1_501), 1_501, 99_000);
checkSeen("one that stands has risen when it was first so", reading(1_500.5), 1_500.5, 40_000);
checkSeen("so has one that tells less", reading(1_400), 1_500.5, 40_000);
checkSeen("and another meter's", reading(9_000, "M2"), 1_500.5, 40_000);

Deno.test({
  name: "a transaction may be resumed with its own meter alone, and no less than it told",
  permissions: "none",
}, () => {
  const asked = [reading(1_500.5), reading(2_000), reading(1_500), reading(2_000, "M2")];
  assertEquals(asked.map((read) => counts(checkpoint, read)), [true, true, false, false]);
});

const hourMs = 3_600_000;

function checkPossible(sentence: string, addedWh: number, since: Since, expected: boolean): void {
  Deno.test({ name: `a register in a transaction of 11 kW: ${sentence}`, permissions: "none" }, () => {
    assertEquals(isPossible(checkpoint, reading(1_500.5 + addedWh), since, 11_000), expected);
  });
}

checkPossible("it has risen a moment ago, and has what can flow in a minute more", 183, {
  kind: "read",
  ms: 0,
}, true);
checkPossible("and nothing beyond that", 184, { kind: "read", ms: 0 }, false);
checkPossible("it has risen an hour ago, and has that hour, too", 11_183, { kind: "read", ms: hourMs }, true);
checkPossible("and no more", 11_184, { kind: "read", ms: hourMs }, false);
checkPossible("what was found may be an hour older than it says", 11_000, { kind: "found", ms: 0 }, true);
checkPossible("and not more", 11_001, { kind: "found", ms: 0 }, false);
checkPossible(
  "after three hours in which nothing could be stored",
  44_000,
  { kind: "found", ms: 3 * hourMs },
  true,
);
checkPossible("and no more than that", 44_001, { kind: "found", ms: 3 * hourMs }, false);
checkPossible("a time before the last one allows no less", 11_000, { kind: "found", ms: -9 * hourMs }, true);
checkPossible("where no clock tells how long, a week", 11_000 * 169, { kind: "found", ms: null }, true);
checkPossible(
  "all bits of a broken line are no register then either",
  2 ** 32,
  { kind: "found", ms: null },
  false,
);
checkPossible("nor where a clock is years ahead", 2 ** 32, { kind: "found", ms: 24 * 8_766 * hourMs }, false);
checkPossible("nor where it is said to have stood for years", 2 ** 32, {
  kind: "read",
  ms: 24 * 8_766 * hourMs,
}, false);
checkPossible("a lower one is possible, and counts for nothing", -1_497, { kind: "read", ms: 0 }, true);

function checkStep(sentence: string, lastWh: number, wh: number, expected: boolean): void {
  Deno.test({
    name: `a register at 11 kW that has risen a moment ago: ${sentence}`,
    permissions: "none",
  }, () => {
    const last = { ...checkpoint, energyWh: lastWh };
    assertEquals(isPossible(last, reading(wh), { kind: "read", ms: 0 }, 11_000), expected);
  });
}

checkStep("one that counts kWh may take its next step at once", 41_000, 42_000, true);
checkStep("and not two", 41_000, 43_000, false);
checkStep("a kWh that does not end at a whole one is no step", 41_000, 41_999, false);
checkStep("nor one that does not begin there", 41_001, 42_000, false);
checkStep("a new meter that counts kWh begins with 0", 0, 1_000, true);
checkStep("one that counts 2 impulses a kWh takes half of one", 41_500, 42_000, true);
checkStep("not two halves and more", 41_500, 43_000, false);
checkStep("one that counts hundreds takes one, and what has flowed besides", 41_200, 41_400, true);
checkStep("and not two more", 41_200, 41_500, false);
checkStep("what a gateway makes of kWh need not be exact", 41_000, 41_999.999_999, true);
checkStep("a fine register has no step", 41_012, 41_212, false);
checkStep("nor one in fifties, of which a fine one has two values too often", 41_050, 41_250, false);

Deno.test({ name: "another meter's register is judged by whose it is", permissions: "none" }, () => {
  const other = reading(4_294_967_295, "M2");
  assertEquals(isPossible(checkpoint, other, { kind: "read", ms: 0 }, 11_000), true);
});

Deno.test({
  name: "a transaction of 11 kW is measured by its own meter alone, which may fall behind by five minutes",
  permissions: "none",
}, () => {
  const asked = [reading(1_500.5), reading(584), reading(583), reading(2_000, "M2")];
  assertEquals(asked.map((read) => isMeasured(checkpoint, read, 11_000)), [true, true, false, false]);
});
