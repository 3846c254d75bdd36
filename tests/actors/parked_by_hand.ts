/** What a person asks for about a transaction that is parked, as the debug socket hands it on. */
import type { ParkedOutcome } from "../../actors/archive.ts";
import type { CalmHouse } from "./calm_house.ts";

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
