/**
 * The transfer port: a file that goes to a server elsewhere.
 *
 * Law: whatever the server does, an upload ends: with one `Done` or one `Failed`, within the driver's limits. What it dials is the
 * address that it has judged (`transfer_address.ts`), also where a server sends it elsewhere.
 */
import type { TransferProtocol, TransferTarget } from "./transfer_target.ts";

export interface UploadOrder {
  readonly target: TransferTarget;
  /** ASCII, without a slash. */
  readonly fileName: string;
  readonly content: Uint8Array<ArrayBuffer>;
  /** PEM, one certificate each: who proves the server of https and ftps. Nothing else is trusted. */
  readonly roots: readonly string[];
}

/** Of LogStatusNotification; `failed` is everything that another try may mend. */
export type TransferFault = "badMessage" | "permissionDenied" | "notSupported" | "failed";

export type TransferEvent =
  | { readonly kind: "Done" }
  /** `error` is a sentence without a password. */
  | { readonly kind: "Failed"; readonly fault: TransferFault; readonly error: string };

export interface TransferLimits {
  /** Without a byte in either direction. */
  readonly silenceTimeoutMs: number;
  /** From the beginning to the end. */
  readonly totalTimeoutMs: number;
}

/** Drivers: HTTP(S), FTP(S), and a simulated one. */
export interface TransferDriver {
  /**
   * Begins at once. The listener is called once, later; never after a call of what is returned, which drops the connection. Not
   * promised: that nothing of a cancelled or failed file is left at the server.
   */
  readonly upload: (order: UploadOrder, listener: (event: TransferEvent) => void) => () => void;
}

export function transferByProtocol(
  drivers: Readonly<Record<TransferProtocol, TransferDriver>>,
): TransferDriver {
  return { upload: (order, listener) => drivers[order.target.protocol].upload(order, listener) };
}
