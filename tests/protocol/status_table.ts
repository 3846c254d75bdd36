/**
 * The specification's table of status changes (OCPP 1.6 §4.9; spec/behaviour.md §5.1), each by the code of its event.
 *
 * Law: an oracle. It was copied from the specification and not from the code; what is not in it is not legal.
 */
import type { ChargePointStatus } from "../../protocol/messages/types.ts";

/** The rows A to I, and the columns 1 to 9. */
const order: readonly ChargePointStatus[] = [
  "Available",
  "Preparing",
  "Charging",
  "SuspendedEV",
  "SuspendedEVSE",
  "Finishing",
  "Reserved",
  "Unavailable",
  "Faulted",
];

const codes = new Set(
  `
     A2  A3  A4  A5      A7  A8  A9
 B1      B3  B4  B5  B6          B9
 C1          C4  C5  C6      C8  C9
 D1      D3      D5  D6      D8  D9
 E1      E3  E4      E6      E8  E9
 F1  F2                      F8  F9
 G1  G2                      G8  G9
 H1  H2  H3  H4  H5              H9
 I1  I2  I3  I4  I5  I6  I7  I8
`.trim().split(/\s+/),
);

/** The code of the event that leads from one status to another (spec/behaviour.md §5.2); undefined where none does. */
export function changeCode(from: ChargePointStatus, to: ChargePointStatus): string | undefined {
  const code = `${"ABCDEFGHI"[order.indexOf(from)]}${order.indexOf(to) + 1}`;
  return codes.has(code) ? code : undefined;
}
