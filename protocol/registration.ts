/**
 * Registration of the charge point with its central system, and what it may send before and after (OCPP 1.6 §4.2).
 *
 * Law: only an accepted charge point speaks for itself. The state is kept for the life of the process: a reconnect does not
 * boot again (OCPP-J 1.6 §5.4), a reboot always does.
 */
import type { SecurityProfile } from "./proof.ts";

/** `Unregistered` until the first BootNotification.conf of this boot. */
export type Registration = "Unregistered" | "Accepted" | "Pending" | "Rejected";

/** What was answered to BootNotification last. */
export interface Registered {
  readonly registration: Registration;
  /** Of the connection on which that was answered. */
  readonly securityProfile: SecurityProfile;
}

export interface BootAnswer {
  readonly status: "Accepted" | "Pending" | "Rejected";
  /** Seconds, as it stands in the answer: any integer. */
  readonly intervalS: number;
}

/** What follows from a BootNotification.conf. */
export interface RegistrationStep {
  readonly registration: Exclude<Registration, "Unregistered">;
  /** To adopt as HeartbeatInterval; absent keeps what is configured (interval 0 in Accepted is not defined: decision D-boot-0). */
  readonly heartbeatIntervalS?: number;
  /** To wait before the next BootNotification; absent when none is needed. */
  readonly bootAgainAfterMs?: number;
}

export interface RegistrationLimits {
  /** The top of HeartbeatInterval; a longer interval from the wire is clamped to it. */
  readonly heartbeatIntervalMaxS: number;
  /** What stands in for an interval of 0 in Pending and Rejected (§4.2: own choice, without flooding). */
  readonly ownBootIntervalS: number;
}

/** A wait from the wire is never longer than a day: an operator who fixes the central system must not wait for weeks. */
const bootIntervalMaxS = 86_400;

export function answeredBoot(answer: BootAnswer, limits: RegistrationLimits): RegistrationStep {
  switch (answer.status) {
    case "Accepted":
      return answer.intervalS < 1 ? { registration: "Accepted" } : {
        registration: "Accepted",
        heartbeatIntervalS: Math.min(answer.intervalS, limits.heartbeatIntervalMaxS),
      };
    case "Pending":
    case "Rejected": {
      const intervalS = answer.intervalS < 1
        ? limits.ownBootIntervalS
        : Math.min(answer.intervalS, bootIntervalMaxS);
      return { registration: answer.status, bootAgainAfterMs: intervalS * 1_000 };
    }
  }
}

/**
 * What of it counts on a connection of this security profile. Where a higher one is served may be another central system, which has
 * never heard of us (TC_083; decision D-register-anew): nothing counts there but the wait of Rejected (§4.2).
 */
export function registrationOn(
  securityProfile: SecurityProfile,
  { registration, securityProfile: answeredOn }: Registered,
): Registration {
  return securityProfile > answeredOn && registration !== "Rejected" ? "Unregistered" : registration;
}

/** What a CALL is to the rules of registration. */
export type CallClass =
  | "boot"
  | "triggered"
  | "ordinary"
  /** Waits for everything else that may go. */
  | "background";

/** Whether a CALL of this class may be sent now. While Rejected even BootNotification waits for its interval, which its sender keeps. */
export function maySend(registration: Registration, callClass: CallClass): boolean {
  switch (registration) {
    case "Accepted":
      return true;
    case "Pending":
      return callClass === "boot" || callClass === "triggered";
    case "Unregistered":
    case "Rejected":
      return callClass === "boot";
  }
}

/** Whether a CALL of the central system is answered now. Before the first answer it is treated as Pending (decision D-boot-early). */
export function mayAnswer(registration: Registration): boolean {
  return registration !== "Rejected";
}
