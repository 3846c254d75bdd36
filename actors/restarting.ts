/**
 * Reset: transactions are stopped, what they owe is sent as far as the link allows, then the host restarts (OCPP 1.6 §5.14). A
 * host that does not is asked again, ResetRetries times; then the reset has failed.
 *
 * Law: an accepted Reset outlives every actor, and until it has happened or failed nothing begins. Nothing is waited for without end; what is not delivered stays in the store and goes out after the restart.
 */
import type { Host, RestartKind } from "../hal/host.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import type { Address, Message, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { RestartBook } from "./restart_book.ts";
import { restartReasons } from "./restart_book.ts";

export interface RestartStep extends Message {
  readonly kind: "ConnectorStopped" | "Drained" | "RestartOverdue";
  readonly restart: RestartKind;
}

export interface RestartingParts {
  readonly book: RestartBook;
  readonly host: Host;
  readonly outbox: Address<OutboxMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
}

const stopTimeoutMs = 15_000;
const drainTimeoutMs = 10_000;
/** Longer than the process takes to stop what runs in it. */
const restartTimeoutMs = 30_000;

type Progress =
  | { readonly kind: "none" }
  /** `connectors` have not stopped yet; none: what they owe is being sent. */
  | { readonly kind: "stopping"; readonly connectors: number }
  | { readonly kind: "restarting"; readonly attempts: number }
  | { readonly kind: "failed" };

type Own = Pick<Self<RestartStep>, "ask" | "after" | "send" | "trace">;

export class Restarting {
  readonly #self: Own;
  readonly #parts: RestartingParts;
  #progress: Progress = { kind: "none" };

  constructor(self: Own, parts: RestartingParts) {
    this.#self = self;
    this.#parts = parts;
  }

  isUnderWay(): boolean {
    return this.#progress.kind === "stopping" || this.#progress.kind === "restarting";
  }

  /** The last one has failed, and no other has been asked for since. */
  hasFailed(): boolean {
    return this.#progress.kind === "failed";
  }

  /** Accepted, it is durable before it is answered; a disk that refuses must not keep a charger from being reset. */
  async accept(restart: RestartKind): Promise<void> {
    if (this.isUnderWay()) return;
    if (!await this.#parts.book.set(restart)) this.#self.trace("ForgetRestart", { why: "storage refuses" });
  }

  /** What was accepted, by this incarnation or an earlier one. A second one while it runs changes nothing. */
  begin(): void {
    const { connectors, book } = this.#parts;
    const restart = book.underWay();
    if (restart === null || this.isUnderWay()) return;
    this.#progress = { kind: "stopping", connectors: connectors.size };
    for (const connector of connectors.values()) {
      this.#self.ask(
        connector,
        (reply: Reply<null>) => ({ kind: "RestartBegun", reason: restartReasons[restart], reply }),
        stopTimeoutMs,
        () => ({ kind: "ConnectorStopped", restart }),
      );
    }
  }

  /** `retries` is ResetRetries as it is now. */
  step({ kind, restart }: RestartStep, retries: number): void | Promise<void> {
    switch (kind) {
      case "ConnectorStopped":
        return this.#connectorStopped(restart);
      case "Drained":
        return this.#restart(restart, 1);
      case "RestartOverdue":
        return this.#overdue(restart, retries);
    }
  }

  #connectorStopped(restart: RestartKind): void {
    if (this.#progress.kind !== "stopping") return;
    const connectors = this.#progress.connectors - 1;
    this.#progress = { kind: "stopping", connectors };
    if (connectors === 0) this.#drain(restart);
  }

  #restart(restart: RestartKind, attempts: number): void {
    this.#progress = { kind: "restarting", attempts };
    this.#self.trace("Restart", { restart, attempts });
    this.#self.after(restartTimeoutMs, { kind: "RestartOverdue", restart });
    this.#parts.host.restart(restart);
  }

  async #overdue(restart: RestartKind, retries: number): Promise<void> {
    if (this.#progress.kind !== "restarting") return;
    const { attempts } = this.#progress;
    if (attempts <= retries) return this.#restart(restart, attempts + 1);
    this.#progress = { kind: "failed" };
    await this.#parts.book.set(null);
    for (const connector of this.#parts.connectors.values()) {
      this.#self.send(connector, { kind: "RestartFailed" });
    }
    this.#self.trace("RestartFailed", { restart, attempts });
  }

  #drain(restart: RestartKind): void {
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<null>) => ({ kind: "Drain", reply }),
      drainTimeoutMs,
      () => ({ kind: "Drained", restart }),
    );
  }
}
