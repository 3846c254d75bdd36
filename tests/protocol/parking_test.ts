/** Whether what was refused for good may be sent again, or discarded, now. */
import { assertEquals } from "@std/assert";
import type { ParkedFacts } from "../../protocol/parking.ts";
import { mayMoveParked } from "../../protocol/parking.ts";

const parked: ParkedFacts = {
  isParked: true,
  isOpen: false,
  isResending: false,
  hasTransactionId: true,
  first: "StopTransaction",
};

function check(
  sentence: string,
  facts: Partial<ParkedFacts>,
  expected: ReturnType<typeof mayMoveParked>,
): void {
  Deno.test({ name: `parked: ${sentence}`, permissions: "none" }, () => {
    assertEquals(mayMoveParked({ ...parked, ...facts }), expected);
  });
}

check("with its transactionId it may go", {}, "yes");
check(
  "without, its StartTransaction obtains one",
  { hasTransactionId: false, first: "StartTransaction" },
  "yes",
);
check("without both nobody could understand it", { hasTransactionId: false }, "idLost");
check("no message of it is left that could be sent", { first: null }, "nothingLeft");
check("nothing of it is parked", { isParked: false, hasTransactionId: false }, "unknown");
check("the transaction goes on", { isOpen: true }, "open");
check("it is being sent again already", { isResending: true, isOpen: true }, "resending");
