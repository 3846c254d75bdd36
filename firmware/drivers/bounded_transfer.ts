/**
 * What every transfer over a network has in common: it looks its server up, and it ends.
 *
 * Law: one end, in time, and none after it was cancelled. A name is looked up once for each server; of what it is found to be, the
 * first address that may be dialled is the one that is dialled, so that no later answer of the DNS takes its place.
 */
import { lookup } from "node:dns/promises";
import type { TransferEvent, TransferFault, TransferLimits } from "../transfer.ts";
import type { LocalKind } from "../transfer_address.ts";
import { mayTransferTo } from "../transfer_address.ts";

/** Resolves with every address of a name. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export interface TransferParts {
  readonly limits: TransferLimits;
  /** Which local addresses may be dialled; ordinary ones always may. */
  readonly allowed: readonly LocalKind[];
  /** Default: the system's. */
  readonly lookup?: Lookup;
  /** Those of the charger. Default: as the system tells them at each transfer; it takes `--allow-sys=networkInterfaces`. */
  readonly ownAddresses?: () => readonly string[];
}

/** Thrown by a transfer that knows what is wrong. */
export class TransferFailed extends Error {
  override readonly name = "TransferFailed";
  readonly fault: TransferFault;

  constructor(fault: TransferFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** `work` resolves when the server has the file; what it has open it closes when the signal says so, which it always does. */
export function boundedTransfer(
  { totalTimeoutMs }: TransferLimits,
  work: (signal: AbortSignal) => Promise<void>,
  listener: (event: TransferEvent) => void,
): () => void {
  const over = new AbortController();
  const timer = setTimeout(
    () => end({ kind: "Failed", fault: "failed", error: `it took longer than ${totalTimeoutMs} ms` }),
    totalTimeoutMs,
  );

  function close(): boolean {
    if (over.signal.aborted) return false;
    clearTimeout(timer);
    over.abort();
    return true;
  }

  function end(event: TransferEvent): void {
    if (close()) listener(event);
  }

  work(over.signal).then(() => end({ kind: "Done" }), (error) => end(failure(error)));
  return () => void close();
}

function failure(error: unknown): TransferEvent {
  const fault = error instanceof TransferFailed ? error.fault : "failed";
  return { kind: "Failed", fault, error: error instanceof Error ? error.message : String(error) };
}

export async function judgedAddress(host: string, parts: TransferParts): Promise<string> {
  const found = await (parts.lookup ?? systemLookup)(host);
  const own = (parts.ownAddresses ?? systemAddresses)();
  const address = found.find((one) => mayTransferTo(one, parts.allowed, own));
  if (address !== undefined) return address;
  throw new TransferFailed("failed", `cannot dial ${host}: ${found.join(", ")} is no address for transfers`);
}

async function systemLookup(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function systemAddresses(): readonly string[] {
  return Deno.networkInterfaces().map(({ address }) => address);
}
