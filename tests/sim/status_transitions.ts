/**
 * Which status may follow which: the specification's table (OCPP 1.6 §4.9, spec/behaviour.md §5.1).
 *
 * Law: rows and columns as printed there; nothing is derived from the charger's own code.
 */

const columns = [
  "Available",
  "Preparing",
  "Charging",
  "SuspendedEV",
  "SuspendedEVSE",
  "Finishing",
  "Reserved",
  "Unavailable",
  "Faulted",
] as const;

/** One character a column: `x` where the table has an event. */
const rows: Readonly<Record<string, string>> = {
  Available: "-xxxx-xxx",
  Preparing: "x-xxxx--x",
  Charging: "x--xxx-xx",
  SuspendedEV: "x-x-xx-xx",
  SuspendedEVSE: "x-xx-x-xx",
  Finishing: "xx-----xx",
  Reserved: "xx-----xx",
  Unavailable: "xxxxx---x",
  Faulted: "xxxxxxxx-",
};

export function isLegalTransition(from: string, to: string): boolean {
  const column = columns.findIndex((name) => name === to);
  return rows[from]?.[column] === "x";
}
