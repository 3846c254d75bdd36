/**
 * Civil time as the central system tells it: the clock is set, whoever lives by it is told, and the time is kept for the day on
 * which the clock loses it (spec/behaviour.md §17).
 *
 * Law: the clock is set while a session runs, too: a transaction has its own time.
 */
import type { CivilTime } from "../hal/civil_time.ts";
import type { Clock } from "../hal/clock.ts";
import { isRightEnough, isSetting, toldMs } from "../protocol/clock_setting.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import type { ClockRecord } from "../storage/records.ts";
import { clockKey } from "../storage/record_keys.ts";
import type { Store } from "../storage/store.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import type { Address, Message, Self } from "./otp/actor.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { ReservationsMessage } from "./reservations.ts";
import type { SecurityEventRaised } from "./security_log.ts";

export interface CivilClockParts {
  readonly clock: Clock;
  readonly civilTime: CivilTime;
  /** Fenced. */
  readonly store: Store;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
  readonly reservations: Address<ReservationsMessage>;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
  readonly certStore: Address<CertStoreMessage>;
  readonly securityLog: Address<SecurityEventRaised>;
}

export class CivilClock {
  readonly #self: Pick<Self<Message>, "send" | "trace">;
  readonly #parts: CivilClockParts;

  constructor(self: Pick<Self<Message>, "send" | "trace">, parts: CivilClockParts) {
    this.#self = self;
    this.#parts = parts;
  }

  async set(currentTime: string): Promise<void> {
    const { clock, civilTime, connectors, reservations, profileScheduler, certStore, store } = this.#parts;
    const told = toldMs(currentTime);
    if (told !== null) civilTime.tell(told);
    const fromMs = clock.wallMs();
    if (told !== null && !isRightEnough(fromMs, told)) {
      this.#self.trace("SetClock", { fromMs, toMs: told });
      civilTime.set(told);
      for (const connector of connectors.values()) this.#self.send(connector, { kind: "ClockStepped" });
      this.#self.send(reservations, { kind: "ClockStepped" });
      this.#self.send(profileScheduler, { kind: "ClockStepped" });
      this.#self.send(certStore, { kind: "ClockStepped" });
      if (isSetting(fromMs, told)) this.#tellSetting(fromMs, told);
    }
    const record: ClockRecord = { knownMs: clock.wallMs() };
    await store.commit({ sets: [{ key: clockKey(0), value: record }] });
  }

  #tellSetting(fromMs: number, toMs: number): void {
    this.#self.send(this.#parts.securityLog, {
      kind: "SecurityEventRaised",
      type: "SettingSystemTime",
      techInfo: `from ${formatDateTime(fromMs)} to ${formatDateTime(toMs)}, by the central system`,
    });
  }
}
