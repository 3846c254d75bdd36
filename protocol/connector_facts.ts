/**
 * What is true of one connector: its electronics, and what somebody is doing with it (OCPP 1.6 §4.7, §4.9).
 *
 * Law: closed unions, never a bag of booleans; what can be derived from these (`connector_status.ts`) is stored nowhere.
 */
import type { ChargePointErrorCode, StopReason } from "./messages/types.ts";
import type { Reserved } from "./reservation.ts";

/** Where the cable is. With a fixed cable it is `none` or `both`. */
export type Plug =
  | "none"
  /** In the station's socket only (detachable cable). */
  | "station"
  /** At the car only: pulled out of the station under an open lock (detachable cable). */
  | "ev"
  | "both";

/** What is wrong, as StatusNotification reports it (§7.6). */
export interface Trouble {
  readonly errorCode: Exclude<ChargePointErrorCode, "NoError">;
  /** At most 50 characters. */
  readonly vendorErrorCode?: string;
  /** At most 50 characters. */
  readonly info?: string;
}

/** A trouble in which no energy may flow: of a car that does not answer it is always a warning (§7.6). */
export interface Fault extends Trouble {
  readonly errorCode: Exclude<Trouble["errorCode"], "EVCommunicationError">;
}

/** The vendorErrorCode of the warning that the store took no new transaction; it ends by itself when there is room again. */
export const storageRefuses = "StorageRefuses";
/** And of the one that no civil time is known; it ends when the clock is set. */
export const clockNeverSet = "ClockNeverSet";

/** What the electronics say, as far as decisions depend on it. */
export interface Electronics {
  readonly plug: Plug;
  /** The car asks for energy. */
  readonly evDemandsEnergy: boolean;
  /** Of this connector, or of the whole station. */
  readonly fault: Fault | null;
  /** Of this connector: told, and keeps nothing from happening. */
  readonly warning: Trouble | null;
  /** The lock round the plug, by its own feedback; a fixed cable has none. */
  readonly lock: "absent" | "open" | "closed";
  /** Mains power: while it is failing the board lives on its hold-up energy, and a car gets none of it. */
  readonly supply: "on" | "failing";
}

/** Who uses a connector, as far as is known. */
export interface Holder {
  readonly idTag: string;
  readonly parentIdTag?: string;
}

/** A transaction that runs on this connector. */
export interface RunningTransaction {
  /** The charger's own number of it, known from the start and on through every restart. */
  readonly localId: number;
  readonly idTag: string;
  readonly parentIdTag?: string;
  /** The central system's number, once StartTransaction has been answered. */
  readonly transactionId?: number;
  /** False once the central system has refused the idTag and StopTransactionOnInvalidId is false. */
  readonly mayCharge: boolean;
  /** The register, in Wh, at which it may charge no more: MaxEnergyOnInvalidId after a refusal (§9.1.14). */
  readonly energyLimitWh?: number;
  /** A power cut interrupted it: before its meter has been read it does not go on. */
  readonly interrupted?: true;
}

/** How a transaction is to end (OCPP 1.6 §7.36 Reason). */
export interface Stop {
  readonly reason: StopReason;
  readonly idTag?: string;
}

/**
 * Nobody's: free, or the transaction is over and its cable still in. With `heldFor` the cable stays locked, and nothing
 * begins, until that user, or one of the same group, presents a tag (errata v4.0 §3.5).
 */
export type Idle =
  | { readonly kind: "none"; readonly heldFor?: Holder }
  | { readonly kind: "ended"; readonly reason: StopReason; readonly heldFor?: Holder };

/** What somebody is doing with this connector. */
export type Use =
  | Idle
  /** An authorization to start is being asked for; `after` is what a refusal goes back to. */
  | { readonly kind: "asked"; readonly idTag: string; readonly after: Idle }
  /** Waits for the plug, at most ConnectionTimeOut. */
  | ({ readonly kind: "authorized" } & Holder)
  /** The plug is in and its lock is closing; a transaction needs both (§6). */
  | ({ readonly kind: "locking" } & Holder)
  /** Everything is there; the meter is being read and StartTransaction committed. */
  | ({ readonly kind: "starting" } & Holder)
  | { readonly kind: "transaction"; readonly transaction: RunningTransaction }
  /** The contactor is open; the meter is being read and StopTransaction committed. */
  | {
    readonly kind: "stopping";
    readonly transaction: RunningTransaction;
    readonly stop: Stop;
    readonly heldFor?: Holder;
    /** Its cable was out of the station meanwhile: what is in by the end is the next one's. */
    readonly hasLeft?: true;
  };

export interface ConnectorFacts {
  readonly electronics: Electronics;
  readonly use: Use;
  /** By ChangeAvailability; in effect as soon as no transaction runs (§5.2). */
  readonly availability: "Operative" | "Inoperative";
  /** By ReserveNow (§5.13). */
  readonly reserved: Reserved;
  /**
   * It is held and says so, from a moment at which it was Available until somebody with a claim begins: §4.9 has no other way to
   * Reserved (A7).
   */
  readonly saysReserved: boolean;
  /** The most that a car may draw here, ampere; 0 where the charging profiles leave too little to charge (§3.13). */
  readonly offeredA: number;
  /** The charge point is about to restart: nothing begins any more (§5.14). */
  readonly restarting: boolean;
  /** The lock did not close round the plug; over when the plug is out. */
  readonly lockFault: Fault | null;
  /** Why the last start failed: mentioned without being Faulted; ends when that is over, or with the next start. */
  readonly warning: Trouble | null;
}

export type ConnectorEvent =
  | { readonly kind: "ElectronicsChanged"; readonly electronics: Electronics }
  | { readonly kind: "Presented"; readonly idTag: string }
  /** Where `mayRemoteStart` said so; `authorize` is AuthorizeRemoteTxRequests. */
  | { readonly kind: "RemoteStartAccepted"; readonly idTag: string; readonly authorize: boolean }
  | {
    readonly kind: "AuthorizationAnswered";
    readonly idTag: string;
    readonly accepted: boolean;
    readonly parentIdTag?: string;
  }
  | { readonly kind: "ConnectionTimedOut" }
  | { readonly kind: "LockTimedOut" }
  | { readonly kind: "AvailabilityChanged"; readonly availability: "Operative" | "Inoperative" }
  /** What is reserved has changed, or is told again. */
  | { readonly kind: "ReservationChanged"; readonly reserved: Reserved }
  /** By the charging profiles. */
  | { readonly kind: "CurrentOffered"; readonly offeredA: number }
  /** UnlockConnector: whatever runs is stopped, whatever holds the cable lets go (§5.18). */
  | { readonly kind: "UnlockRequested" }
  /** The register at a reading. */
  | { readonly kind: "EnergyMeasured"; readonly energyWh: number }
  | { readonly kind: "StopRequested"; readonly stop: Stop }
  /** The charge point is about to restart, for this reason; or it could not. */
  | { readonly kind: "RestartBegun"; readonly reason: StopReason }
  | { readonly kind: "RestartFailed" }
  /** What a power cut has interrupted here is taken up again, at the first step after the boot. */
  | { readonly kind: "FoundInterrupted" }
  | { readonly kind: "Resumed" }
  | { readonly kind: "StartCommitted"; readonly localId: number }
  | { readonly kind: "StartFailed"; readonly warning: Trouble }
  /** What a start has failed for is over: the store would take a transaction again, the meter has answered, the clock was set. */
  | { readonly kind: "StorageRecovered" | "MeterRecovered" | "ClockRecovered" }
  /** For too long nobody has measured the transaction, and its contactor is closed. */
  | { readonly kind: "MeterFailed" }
  | {
    readonly kind: "StartAnswered";
    readonly localId: number;
    /** Absent where the answer was lost, which counts as a refusal. */
    readonly transactionId?: number;
    readonly accepted: boolean;
    readonly parentIdTag?: string;
    /** The register when the answer came, or the last one seen. */
    readonly energyWh: number;
  }
  | { readonly kind: "StopCommitted" };

export type ConnectorEffect =
  | { readonly kind: "AskAuthorization"; readonly idTag: string }
  /** Read the meter, commit StartTransaction, then say StartCommitted (or StartFailed). */
  | ({ readonly kind: "CommitStart"; readonly reservationId?: number } & Holder)
  /** Make the stop durable, read the meter, commit StopTransaction, then say StopCommitted. */
  | { readonly kind: "CommitStop"; readonly transaction: RunningTransaction; readonly stop: Stop }
  /** Read the meter and make durable what it says: this may be the last sign of life. */
  | { readonly kind: "CommitCheckpoint" }
  /** Read the meter, commit that the transaction goes on, then say Resumed; where it cannot, StopRequested. */
  | { readonly kind: "CommitResumption" };

/** What a station does with its transactions when power fails (TC_032_1, TC_032_2; `hal/station_profile.ts`). */
export type OnPowerLoss = "stopBeforeGoingDown" | "stopAfterReboot" | "resume";

/** The configuration keys that decide here, and what the station is made for. */
export interface ConnectorRules {
  readonly stopOnInvalidId: boolean;
  readonly stopOnEvSideDisconnect: boolean;
  readonly unlockOnEvSideDisconnect: boolean;
  /** Wh that an invalidated user may still draw where the transaction goes on; 0 where the station has no such key. */
  readonly maxEnergyOnInvalidIdWh: number;
  readonly onPowerLoss: OnPowerLoss;
}

export interface ConnectorStep {
  readonly next: ConnectorFacts;
  readonly effects: readonly ConnectorEffect[];
}
