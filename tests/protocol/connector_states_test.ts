/**
 * Every state that a connector can get into, found breadth-first over all events, keeps the laws of a connector (OCPP 1.6 §4.9).
 *
 * A station has fixed cables or detachable ones; each kind is walked on its own.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { status } from "../../protocol/connector_status.ts";
import { edgeLaws, isUnavailableAtOnce, stateLaws } from "./connector_laws.ts";
import { detachableCable, everyReservation, fixedCable, walk } from "./connector_walk.ts";
import type { Reserved } from "../../protocol/reservation.ts";
import { changeCode } from "./status_table.ts";

interface Walked {
  readonly states: number;
  readonly statuses: ReadonlySet<string>;
  /** The codes of the status changes that were met. */
  readonly codes: ReadonlySet<string>;
  /** The first break of each law, as text. */
  readonly breaks: ReadonlyMap<string, string>;
}

const walks = {
  "fixed cable": walked(fixedCable),
  "detachable cable": walked(detachableCable),
  "fixed cable, reservations": walked(fixedCable, everyReservation),
};

for (const [cable, { breaks }] of Object.entries(walks)) {
  for (const law of [...Object.keys(edgeLaws), ...Object.keys(stateLaws)]) {
    Deno.test({ name: `every connector state, ${cable}: ${law}`, permissions: "none" }, () => {
      assertEquals(breaks.get(law), undefined);
    });
  }
}

function checkWalk(cable: keyof typeof walks, statesMin: number, codes: string, also = ""): void {
  const { states, statuses, codes: met } = walks[cable];
  Deno.test({ name: `every connector state, ${cable}: none was left out`, permissions: "none" }, () => {
    assertGreater(states, statesMin);
    assertEquals(
      [...statuses].filter((one) => one !== also).sort().join(" "),
      "Available Charging Faulted Finishing Preparing SuspendedEV SuspendedEVSE Unavailable",
    );
  });
  Deno.test({
    name: `every connector state, ${cable}: these changes of status happen, and no others`,
    permissions: "none",
  }, () => {
    assertEquals([...met].sort().join(" "), codes);
  });
}

// 3,160 and 11,312 states before power could fail. C8, D8 and E8 go through Finishing; a lock that opens, and power that comes
// back, make E3 and E4; an interrupted transaction makes B5 and B6.
checkWalk(
  "fixed cable",
  3_000,
  "A2 A8 A9 B1 B3 B4 B5 B6 B8(decision) B9 C4 C5 C6 C9 D3 D5 D6 D9 E3 E4 E6 E9 F1 F2 F8 F9 H1 H2 H9 I1 I2 I3 I4 I5 I6 I8",
);
checkWalk(
  "detachable cable",
  11_000,
  "A2 A8 A9 B1 B3 B4 B5 B6 B8(decision) B9 C4 C5 C6 C9 D3 D5 D6 D9 E3 E4 E6 E9 F1 F2 F8 F9 H1 H2 H9 I1 I2 I3 I4 I5 I6 I8",
);

checkWalk(
  "fixed cable, reservations",
  10_000,
  "A2 A7 A8 A9 B1 B3 B4 B5 B6 B8(decision) B9 C4 C5 C6 C9 D3 D5 D6 D9 E3 E4 E6 E9 F1 F2 F8 F9 G1 G2 G8 G9 H1 H2 H9 I1 I2 I3 I4 I5 I6 I7 I8",
  "Reserved",
);

function walked(electronics: typeof fixedCable, reservations: readonly Reserved[] = []): Walked {
  const statuses = new Set<string>();
  const codes = new Set<string>();
  const breaks = new Map<string, string>();
  const ofState = Object.entries(stateLaws);
  const ofEdge = Object.entries(edgeLaws);
  const states = walk(electronics, {
    state: (facts) => {
      statuses.add(status(facts));
      for (const [law, holds] of ofState) {
        if (!holds(facts) && !breaks.has(law)) breaks.set(law, JSON.stringify(facts));
      }
    },
    edge: (edge) => {
      for (const [law, holds] of ofEdge) {
        if (!holds(edge) && !breaks.has(law)) breaks.set(law, JSON.stringify(edge));
      }
      const [before, after] = [status(edge.facts), status(edge.next)];
      if (before !== after) {
        codes.add(
          isUnavailableAtOnce(edge) ? "B8(decision)" : changeCode(before, after) ?? `${before} to ${after}`,
        );
      }
    },
  }, reservations);
  return { states, statuses, codes, breaks };
}
