/** Which items a list of measurands may hold, by what is measured and over how many phases (OCPP 1.6 §7.34, §9.1; spec/behaviour.md §16). */
import { assertEquals } from "@std/assert";
import type { Part } from "../../protocol/measurand_item.ts";
import { measurandItems, partsOf } from "../../protocol/measurand_item.ts";
import { Measurand } from "../../protocol/messages/types.ts";

function check(sentence: string, test: () => void): void {
  Deno.test({ name: `measurand items: ${sentence}`, permissions: "none" }, test);
}

const withPhases: readonly Measurand[] = ["Current.Import", "Power.Active.Import", "Voltage"];

check("DC has each measurand, and no phase of any", () => {
  assertEquals(measurandItems(Measurand.options, 0), Measurand.options);
});

check("§7.34: a phase each that is wired; of a voltage under both of its names", () => {
  assertEquals(measurandItems(["Voltage", "Power.Active.Import", "SoC"], 2), [
    "Voltage",
    "Voltage.L1",
    "Voltage.L2",
    "Voltage.L1-N",
    "Voltage.L2-N",
    "Power.Active.Import",
    "Power.Active.Import.L1",
    "Power.Active.Import.L2",
    "SoC",
  ]);
});

for (const measurand of Measurand.options) {
  const has = withPhases.includes(measurand);
  check(`${measurand} has ${has ? "phases" : "no phase"}`, () => {
    const items = measurandItems([measurand], 3);
    const phases = measurand === "Voltage" ? ["L1-N", "L2-N", "L3-N"] : has ? ["L1", "L2", "L3"] : [];
    assertEquals(partsOf(measurand).map(({ phase }) => phase?.name), [undefined, ...phases]);
    assertEquals(items.length, measurand === "Voltage" ? 7 : has ? 4 : 1);
  });
}

check("an item with a suffix is its measurand and its phase, and nothing else", () => {
  const suffixed = measurandItems(withPhases, 3).filter((item) => !withPhases.some((one) => one === item));
  const told = suffixed.map((item) => partsOf(item).map(text).join());
  assertEquals(told, suffixed);
  const at = suffixed.map((item) => partsOf(item)[0]?.phase?.at);
  assertEquals(at, suffixed.map((item) => Number(/L([123])/.exec(item)?.[1]) - 1));
});

function text({ measurand, phase }: Part): string {
  return `${measurand}.${phase?.name}`;
}
