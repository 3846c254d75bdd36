/**
 * The connector actor owns one connector's electronics and its transaction: a crash here stops this connector, and no other.
 *
 * Law: the contactor closes only after StartTransaction is durable, and a stop is durable before anyone is told (house rules 1, 9).
 */
import type { Board } from "../hal/board.ts";
import type { CivilTime } from "../hal/civil_time.ts";
import type { Clock } from "../hal/clock.ts";
import type { Power } from "../hal/power.ts";
import type { KeyTable } from "../protocol/configuration.ts";
import type { OnPowerLoss } from "../protocol/connector_facts.ts";
import type { Store } from "../storage/store.ts";
import type { AuthorizerMessage } from "./authorizer.ts";
import { openAvailability } from "./availability.ts";
import { ConnectorBehaviour } from "./connector_behaviour.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { MeterMessage } from "./meter.ts";
import type { ActorSpec, Address } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import { reservedAtStart } from "./reservation_book.ts";
import type { ReservationsMessage } from "./reservations.ts";
import { openRestartBook } from "./restart_book.ts";
import { readSettings } from "./settings.ts";
import type { StationMessage } from "./station_message.ts";
import type { HandedOn } from "./transaction_book.ts";
import { openTransactionBook } from "./transaction_book.ts";

export interface ConnectorParts {
  readonly address: Address<ConnectorMessage>;
  readonly connectorId: number;
  /** Ampere: what the station can give here. */
  readonly currentMaxA: number;
  /** Watt: the same. */
  readonly powerMaxW: number;
  /** A detachable cable that the station can hold. */
  readonly hasLock: boolean;
  /** This boot's number. */
  readonly boot: number;
  /** Civil time was lost with the power. */
  readonly hasLostTime: boolean;
  readonly onPowerLoss: OnPowerLoss;
  /** Between two checkpoints of a transaction. */
  readonly checkpointIntervalMs: number;
  readonly board: Board;
  readonly power: Power;
  readonly clock: Clock;
  readonly civilTime: Pick<CivilTime, "firstToldMs">;
  readonly store: Store;
  readonly table: KeyTable;
  readonly meter: Address<MeterMessage>;
  readonly authorizer: Address<AuthorizerMessage>;
  readonly outbox: Address<OutboxMessage>;
  readonly station: Address<StationMessage>;
  readonly reservations: Address<ReservationsMessage>;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
}

export function connectorActor(parts: ConnectorParts): ActorSpec<ConnectorMessage> {
  const handedOn: HandedOn = { transaction: null };
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const damaged = tracingDamaged(self);
      const { wallMs } = parts.clock;
      const book = await openTransactionBook({ ...parts, store, wallMs, damaged, handedOn });
      const availability = await openAvailability(store, parts.connectorId, damaged);
      const reservedThen = await reservedAtStart(store, parts.connectorId, wallMs(), damaged);
      const restart = (await openRestartBook(store, parts.boot, damaged)).underWay();
      const behaviour = new ConnectorBehaviour(self, parts, { book, availability, reservedThen, settings });
      await behaviour.resume(restart);
      // What a predecessor has made durable, and could tell nobody any more.
      if (self.incarnation > 0) self.send(parts.outbox, { kind: "TransactionMessageQueued" });
      return behaviour;
    },
    terminate: () => parts.board.setContactor(parts.connectorId, false),
  };
}
