/** What a person sees of the transactions that are parked, and asks for about one of them, as the debug socket hands it on. */
import { assertEquals } from "@std/assert";
import type { ParkedOutcome } from "../../actors/archive.ts";
import { listParked, type ParkedList } from "../../console/parked_transactions.ts";
import type { CalmHouse } from "./calm_house.ts";
import { storeOf } from "./calm_house.ts";

const minuteMs = 60_000;

/** What it is told, a minute later. */
export async function asked(
  house: CalmHouse,
  localId: number,
  kind: "resend" | "discard",
): Promise<ParkedOutcome | undefined> {
  const outcomes: ParkedOutcome[] = [];
  const reply = (outcome: ParkedOutcome) => void outcomes.push(outcome);
  house.addresses().outbox.send(
    kind === "resend"
      ? { kind: "ResendParked", localId, reply }
      : { kind: "DiscardParked", localId, reason: "billed by hand", reply },
  );
  await house.advance(minuteMs);
  return outcomes[0];
}

/** What is listed; the status counts as many. */
export async function parkedIn(house: CalmHouse): Promise<ParkedList> {
  const list = await listParked(storeOf(house));
  const { parkedTransactions } = house.system().inspect("outbox") as { readonly parkedTransactions: number };
  assertEquals(parkedTransactions, list.total, "the status counts what is listed");
  return list;
}
