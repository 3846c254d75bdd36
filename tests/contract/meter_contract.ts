/**
 * What every meter promises (hal/meter.ts), as one list of tests for all drivers.
 *
 * Law: no driver has a test of a promise that is not in this list.
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import type { Meter, MeterOutcome, Reading } from "../../hal/meter.ts";

/** A meter on the bench, at connector 1, and what makes it count. */
export interface MeterUnderTest {
  readonly meter: Meter;
  /** How many phases of alternating current are wired to connector 1; 0 where it is direct. */
  readonly phases: number;
  /** Lets all that is under way arrive. */
  readonly settle: () => Promise<void>;
  /** Sends some kilowatt hours through it. */
  readonly flow: () => Promise<void>;
  /** Takes its power away and gives it back. */
  readonly powerCut: () => Promise<void>;
  /** The bus answers with an error from now on. */
  readonly breakBus: () => void;
}

export function testMeter(name: string, make: () => MeterUnderTest): void {
  function check(promise: string, test: (under: MeterUnderTest) => Promise<void>): void {
    Deno.test(`${name}: ${promise}`, { permissions: "none" }, () => test(make()));
  }

  check("an answer comes once, and never before `read` has returned", async ({ meter, settle }) => {
    const outcomes: MeterOutcome[] = [];
    meter.read(1, (outcome) => outcomes.push(outcome));
    assertEquals(outcomes.length, 0);
    await settle();
    await settle();
    assertEquals(outcomes.map(({ kind }) => kind), ["read"]);
  });

  check("the register is a number of Wh that grows with what flows and never falls", async (under) => {
    const before = await register(under);
    assertGreaterOrEqual(before, 0);
    assert(Number.isFinite(before));
    await under.flow();
    const after = await register(under);
    assertGreater(after, before);
    assertEquals(await register(under), after);
  });

  check("the register survives a power cut (errata v4.0 §3.9)", async (under) => {
    await under.flow();
    const before = await register(under);
    assertGreater(before, 0);
    await under.powerCut();
    assertEquals(await register(under), before);
  });

  check("AC is told phase by phase, as many as are wired, and DC as a whole", async (under) => {
    const { phases = [], currentA, voltageV } = await taken(under);
    assert(phases.length === 0 || phases.length === under.phases, `${phases.length} of ${under.phases}`);
    if (under.phases > 0) assertEquals([currentA, voltageV], [undefined, undefined]);
  });

  check("a bus that fails is an outcome and says why", async (under) => {
    under.breakBus();
    const outcome = await asked(under);
    assert(outcome?.kind === "failed" && outcome.error.length > 0);
  });
}

async function register(under: MeterUnderTest): Promise<number> {
  return (await taken(under)).energyWh;
}

async function taken(under: MeterUnderTest): Promise<Reading> {
  const outcome = await asked(under);
  assert(outcome?.kind === "read", `the meter must answer, not ${JSON.stringify(outcome)}`);
  return outcome.reading;
}

async function asked({ meter, settle }: MeterUnderTest): Promise<MeterOutcome | null> {
  let answer: MeterOutcome | null = null;
  meter.read(1, (outcome) => void (answer = outcome));
  await settle();
  return answer;
}
