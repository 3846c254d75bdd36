/** What BootNotification.conf leads to, and what may be said before and after it (OCPP 1.6 §4.2; spec/behaviour.md §1; TC_001, TC_002). */
import { assertEquals } from "@std/assert";
import type { BootAnswer, CallClass, Registration, RegistrationStep } from "../../protocol/registration.ts";
import { answeredBoot, mayAnswer, maySend, registrationOn } from "../../protocol/registration.ts";

const limits = { heartbeatIntervalMaxS: 18_000, ownBootIntervalS: 60 };

function check(
  sentence: string,
  status: BootAnswer["status"],
  intervalS: number,
  expected: Omit<RegistrationStep, "registration">,
): void {
  Deno.test({ name: `BootNotification.conf: ${sentence}`, permissions: "none" }, () => {
    assertEquals(answeredBoot({ status, intervalS }, limits), { registration: status, ...expected });
  });
}

check("TC_001: Accepted, its interval is the heartbeat's", "Accepted", 300, { heartbeatIntervalS: 300 });
check("Accepted with 1 s", "Accepted", 1, { heartbeatIntervalS: 1 });
check("Accepted with 0 keeps what is configured", "Accepted", 0, {});
check("Accepted with a negative interval keeps what is configured", "Accepted", -300, {});
check("Accepted with the longest interval", "Accepted", 18_000, { heartbeatIntervalS: 18_000 });
check("Accepted with a longer one is clamped", "Accepted", 18_001, { heartbeatIntervalS: 18_000 });
check("Accepted with a huge one is clamped", "Accepted", Number.MAX_SAFE_INTEGER, {
  heartbeatIntervalS: 18_000,
});
check("TC_001: Rejected waits its interval", "Rejected", 5, { bootAgainAfterMs: 5_000 });
check("TC_002: Pending waits its interval", "Pending", 5, { bootAgainAfterMs: 5_000 });
check("Pending with 1 s", "Pending", 1, { bootAgainAfterMs: 1_000 });
check("§4.2: Pending with 0 waits as long as the station chooses", "Pending", 0, {
  bootAgainAfterMs: 60_000,
});
check("§4.2: Rejected with 0 waits as long as the station chooses", "Rejected", 0, {
  bootAgainAfterMs: 60_000,
});
check("Rejected with a negative interval too", "Rejected", -1, { bootAgainAfterMs: 60_000 });
check("Rejected for a day", "Rejected", 86_400, { bootAgainAfterMs: 86_400_000 });
check("Rejected for longer comes back after a day", "Rejected", 86_401, { bootAgainAfterMs: 86_400_000 });
check("Pending for 2^31 s comes back after a day", "Pending", 2 ** 31, { bootAgainAfterMs: 86_400_000 });

/** Which classes of CALL may go, and whether the central system is answered. */
const rules: Readonly<
  Record<Registration, { readonly sends: readonly CallClass[]; readonly answers: boolean }>
> = {
  Unregistered: { sends: ["boot"], answers: true },
  Rejected: { sends: ["boot"], answers: false },
  Pending: { sends: ["boot", "triggered"], answers: true },
  Accepted: { sends: ["boot", "triggered", "ordinary"], answers: true },
};

for (const registration of ["Unregistered", "Rejected", "Pending", "Accepted"] as const) {
  Deno.test({ name: `registration: what goes while ${registration} (§4.2)`, permissions: "none" }, () => {
    const classes = ["boot", "triggered", "ordinary"] as const;
    const sends = classes.filter((callClass) => maySend(registration, callClass));
    assertEquals({ sends, answers: mayAnswer(registration) }, rules[registration]);
  });
}

Deno.test({
  name: "TC_083: on a higher security profile nothing counts but Rejected, and below all does",
  permissions: "none",
}, () => {
  for (const registration of ["Unregistered", "Rejected", "Pending", "Accepted"] as const) {
    const counts = ([0, 1, 2, 3] as const).map((on) =>
      registrationOn(on, { registration, securityProfile: 1 })
    );
    const higher = registration === "Rejected" ? "Rejected" : "Unregistered";
    assertEquals(counts, [registration, registration, higher, higher]);
  }
});
