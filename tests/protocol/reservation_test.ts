/** What ReserveNow is answered, and which connectors are kept for whom (OCPP 1.6 §5.13; spec/behaviour.md §10). */
import { assertEquals } from "@std/assert";
import type { ReserveNowRequest } from "../../protocol/messages/reservation.ts";
import type { ChargePointStatus } from "../../protocol/messages/types.ts";
import type { Reservable, Reservation } from "../../protocol/reservation.ts";
import {
  claimOf,
  mayHaveClaim,
  nextExpiryMs,
  over,
  reserved,
  reserveNow,
} from "../../protocol/reservation.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");
const soon = "2026-03-01T12:00:01Z";

/** By status, in the order of their numbers. */
function connectors(...statuses: readonly ChargePointStatus[]): readonly Reservable[] {
  return statuses.map((status, index) => {
    return { connectorId: index + 1, status, free: status === "Available" || status === "Reserved" };
  });
}

/** A cable is in, and nobody has said whose. */
function plugged(connectorId: number): Reservable {
  return { connectorId, status: "Preparing", free: true };
}

function reservation(reservationId: number, connectorId: number, parentIdTag?: string): Reservation {
  const group = parentIdTag === undefined ? {} : { parentIdTag };
  return {
    reservationId,
    connectorId,
    idTag: `TAG${reservationId}`,
    expiresMs: nowMs + reservationId,
    ...group,
  };
}

function check(
  sentence: string,
  request: Partial<ReserveNowRequest>,
  at: readonly Reservable[],
  expected: string,
  others: readonly Reservation[] = [],
  connectorZeroSupported = true,
): void {
  Deno.test({ name: `ReserveNow §10: ${sentence}`, permissions: "none" }, () => {
    const whole = { connectorId: 1, expiryDate: soon, idTag: "TAG", reservationId: 9, ...request };
    assertEquals(reserveNow(whole, others, at, { connectorZeroSupported }, nowMs).status, expected);
  });
}

check("TC_046: a connector that is Available", {}, connectors("Available"), "Accepted");
check("TC_048_1: Faulted", {}, connectors("Faulted", "Available"), "Faulted");
check("TC_048_3: Unavailable", {}, connectors("Unavailable", "Available"), "Unavailable");
for (const status of ["Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"] as const) {
  check(`TC_048_2: ${status}`, {}, connectors(status, "Available"), "Occupied");
}
check("Reserved for another", {}, connectors("Reserved"), "Occupied", [reservation(1, 1)]);
check("reserved for another that has not said so yet", {}, connectors("Available"), "Occupied", [
  reservation(1, 1),
]);
check("the same id again replaces it", { reservationId: 1 }, connectors("Reserved"), "Accepted", [
  reservation(1, 1),
]);
check(
  "the same id for a connector that is taken",
  { reservationId: 1, connectorId: 2 },
  connectors("Reserved", "Charging"),
  "Occupied",
  [reservation(1, 1)],
);
check("no such connector", { connectorId: 2 }, connectors("Available"), "Rejected");
check("expiryDate now", { expiryDate: "2026-03-01T12:00:00Z" }, connectors("Available"), "Rejected");
check("expiryDate past", { expiryDate: "2020-01-01T00:00:00Z" }, connectors("Available"), "Rejected");
check(
  "how the connector is comes first",
  { expiryDate: "2020-01-01T00:00:00Z" },
  connectors("Faulted"),
  "Faulted",
);
check(
  "ReserveConnectorZeroSupported=false",
  { connectorId: 0 },
  connectors("Available"),
  "Rejected",
  [],
  false,
);
check("TC_049: the charge point", { connectorId: 0 }, connectors("Unavailable", "Available"), "Accepted");
check("TC_050_1: all Faulted", { connectorId: 0 }, connectors("Faulted", "Faulted"), "Faulted");
check("TC_050_2: all occupied", { connectorId: 0 }, connectors("Preparing", "Charging"), "Occupied");
check(
  "TC_050_3: all Unavailable",
  { connectorId: 0 },
  connectors("Unavailable", "Unavailable"),
  "Unavailable",
);
check("no connector that works", { connectorId: 0 }, connectors("Unavailable", "Faulted"), "Unavailable");
check(
  "one free, and it is kept already",
  { connectorId: 0 },
  connectors("Reserved", "Charging"),
  "Occupied",
  [
    reservation(1, 0),
  ],
);
check(
  "two free, and one of them is kept",
  { connectorId: 0 },
  connectors("Available", "Available"),
  "Accepted",
  [
    reservation(1, 0),
  ],
);
check(
  "the last free connector is kept for the charge point's reservation",
  {},
  connectors("Reserved"),
  "Occupied",
  [
    reservation(1, 0),
  ],
);
check("of two free ones one is left for it", {}, connectors("Available", "Available"), "Accepted", [
  reservation(1, 0),
]);

Deno.test({ name: "ReserveNow: what is stored", permissions: "none" }, () => {
  const request = { connectorId: 1, expiryDate: soon, idTag: "TAG", parentIdTag: "P", reservationId: 9 };
  const rules = { connectorZeroSupported: false };
  assertEquals(reserveNow(request, [], connectors("Available"), rules, nowMs), {
    status: "Accepted",
    reservation: {
      reservationId: 9,
      connectorId: 1,
      idTag: "TAG",
      parentIdTag: "P",
      expiresMs: nowMs + 1_000,
    },
  });
});

function checkReserved(
  sentence: string,
  reservations: readonly Reservation[],
  at: readonly Reservable[],
  expected: readonly string[],
): void {
  Deno.test({ name: `reserved connectors §10: ${sentence}`, permissions: "none" }, () => {
    const each = [...reserved(reservations, at).values()];
    const told = each.map(({ claims, held }) =>
      `${claims.map((one) => one.reservationId).join() || "-"} ${held ? "held" : "open"}`
    );
    assertEquals(told, expected);
  });
}

checkReserved("nothing is reserved", [], connectors("Available"), ["- open"]);
checkReserved(
  "one connector is kept, whatever goes on there",
  [reservation(1, 2)],
  connectors("Available", "Charging"),
  [
    "- open",
    "1 held",
  ],
);
checkReserved(
  "TC_049: the only free connector is kept",
  [reservation(1, 0)],
  connectors("Unavailable", "Available"),
  [
    "1 open",
    "1 held",
  ],
);
checkReserved("and stays kept when it says so", [reservation(1, 0)], connectors("Unavailable", "Reserved"), [
  "1 open",
  "1 held",
]);
checkReserved(
  "of two free ones none is kept, and either may be used",
  [reservation(1, 0)],
  connectors("Available", "Available"),
  [
    "1 open",
    "1 open",
  ],
);
checkReserved(
  "two reservations of the charge point keep two",
  [reservation(1, 0), reservation(2, 0)],
  connectors("Available", "Available"),
  [
    "1,2 held",
    "1,2 held",
  ],
);
checkReserved(
  "what is kept for one is not free for the other",
  [reservation(1, 0), reservation(2, 1)],
  connectors("Reserved", "Available"),
  ["2 held", "1 held"],
);
checkReserved(
  "the only one stays kept while somebody's cable is in",
  [reservation(1, 0)],
  [plugged(1)],
  ["1 held"],
);
checkReserved(
  "one without a cable is kept rather than one with",
  [reservation(1, 0)],
  [plugged(1), ...connectors("Unavailable", "Available").slice(1)],
  ["1 open", "1 held"],
);
checkReserved(
  "with cables in both the first to say who he is may have one",
  [reservation(1, 0)],
  [plugged(1), plugged(2)],
  ["1 open", "1 open"],
);
checkReserved(
  "and then the other one is kept, cable or not",
  [reservation(1, 0)],
  [{ connectorId: 1, status: "Charging", free: false }, plugged(2)],
  ["1 open", "1 held"],
);
checkReserved(
  "one that is being used keeps nothing more",
  [reservation(1, 0)],
  [
    { connectorId: 1, status: "Preparing", free: false, usingReservationId: 1 },
    { connectorId: 2, status: "Available", free: true },
  ],
  ["1 open", "1 open"],
);

Deno.test({
  name: "TC_047: a reservation is over at its expiryDate, to the millisecond",
  permissions: "none",
}, () => {
  const all = [reservation(1, 1), reservation(2, 0)];
  const at = connectors("Reserved", "Available");
  assertEquals([over(all, at, nowMs), nextExpiryMs(all)], [[], nowMs + 1]);
  assertEquals(over(all, at, nowMs + 1).map((one) => one.reservationId), [1]);
  assertEquals(over(all, at, nowMs + 2).map((one) => one.reservationId), [1, 2]);
  assertEquals(nextExpiryMs([]), null);
});

Deno.test({
  name: "§5.13: a reservation is over when its connector is Faulted or Unavailable",
  permissions: "none",
}, () => {
  const all = [reservation(1, 1), reservation(2, 2), reservation(3, 0)];
  const left = (...statuses: readonly ChargePointStatus[]) =>
    over(all, connectors(...statuses), nowMs).map((one) => one.reservationId);
  assertEquals(left("Faulted", "Reserved"), [1]);
  assertEquals(left("Reserved", "Unavailable"), [2]);
  assertEquals(left("Faulted", "Unavailable"), [1, 2, 3]);
  assertEquals(over(all, [], nowMs), [], "connectors that have not told yet are not broken");
});

Deno.test(
  { name: "§4.3: a claim is by the tag or by the group, whatever the case", permissions: "none" },
  () => {
    const kept = { held: true, claims: [reservation(1, 1), reservation(2, 1, "GROUP")] };
    const id = (idTag: string, parentIdTag?: string) =>
      claimOf(kept, { idTag, ...(parentIdTag === undefined ? {} : { parentIdTag }) })?.reservationId;
    assertEquals([id("tag1"), id("TAG2"), id("X", "group"), id("X", "OTHER"), id("GROUP")], [
      1,
      2,
      2,
      undefined,
      undefined,
    ]);
    assertEquals(mayHaveClaim(kept, "ANYBODY"), true);
    assertEquals(mayHaveClaim({ held: true, claims: [reservation(1, 1)] }, "ANYBODY"), false);
    assertEquals(mayHaveClaim({ held: true, claims: [reservation(1, 1)] }, "tag1"), true);
  },
);
