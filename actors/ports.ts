/**
 * The ports of the house: what its actors touch of the world.
 *
 * Law: there is no other way out. A simulated charger is this one with other ports.
 */
import type { Board } from "../hal/board.ts";
import type { Diagnostics } from "../firmware/diagnostics.ts";
import type { TransferDriver } from "../firmware/transfer.ts";
import type { CivilTime } from "../hal/civil_time.ts";
import type { Clock } from "../hal/clock.ts";
import type { Digest } from "../hal/digest.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { Host } from "../hal/host.ts";
import type { Meter } from "../hal/meter.ts";
import type { Power } from "../hal/power.ts";
import type { Reader } from "../hal/reader.ts";
import type { Trust } from "../hal/trust.ts";
import type { WebSocketDriver } from "../hal/websocket.ts";
import type { X509 } from "../hal/x509.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import type { KeyRing } from "../storage/key_ring.ts";
import type { Store } from "../storage/store.ts";

/** Everything that the house touches of the world. */
export interface Ports {
  readonly clock: Clock;
  readonly civilTime: CivilTime;
  readonly entropy: Entropy;
  readonly digest: Digest;
  readonly store: Store;
  readonly credentials: CredentialsStore;
  readonly keys: KeyRing;
  readonly x509: X509;
  readonly trust: Trust;
  readonly websocket: WebSocketDriver;
  readonly board: Board;
  readonly meter: Meter;
  readonly reader: Reader;
  readonly power: Power;
  readonly host: Host;
  readonly transfer: TransferDriver;
  readonly diagnostics: Diagnostics;
}
