/**
 * A central system that none of us wrote: `npm:ocpp-rpc` in strict mode, which checks every frame of both sides against the
 * official schemas. Its answers are plain bookkeeping.
 *
 * Law: one frame that it finds wrong, whoever sent it, fails the test at `assertStrict` at the latest.
 */
import type { Buffer } from "node:buffer";
import { nextTick } from "node:process";
import { assertEquals } from "@std/assert";
import { RPCServer } from "ocpp-rpc";
import { Ledger } from "../../simulator/ledger.ts";
import type {
  MeterValuesRequest,
  StartTransactionRequest,
  StopTransactionRequest,
} from "../../protocol/messages/core.ts";
import { Sightings } from "./sightings.ts";

export type Payload = Readonly<Record<string, unknown>>;

/** A CALL of the charge point. */
export interface HeardCall {
  readonly action: string;
  readonly payload: Payload;
}

/** How a CALL of the central system ended. */
export type Outcome = { readonly payload: unknown } | { readonly errorCode: string };

/** Answers an action in place of the bookkeeping; undefined leaves it to that. */
export type Script = (call: HeardCall) => Payload | undefined;

/** The part of `ocpp-rpc`'s server client that is used here; its own types leave these events out. */
interface Client {
  readonly identity: string;
  readonly handshake: { readonly headers: Readonly<Record<string, string | undefined>> };
  readonly handle: (handler: (call: { method: string; params: Payload }) => Promise<Payload>) => void;
  readonly call: (action: string, payload: unknown) => Promise<unknown>;
  readonly sendRaw: (text: string) => void;
  readonly on: (event: string, listener: (told: Told) => void) => void;
  readonly _ws: { readonly pause: () => void; readonly resume: () => void };
}

interface Told {
  readonly outbound?: boolean;
  readonly buffer?: Buffer;
  readonly error?: Error;
  readonly method?: string;
}

const OUT_OF_ORDER = ["Heartbeat", "MeterValues", "SecurityEventNotification"];

/** One charge point as this central system knows it, over all its connections. */
export class ChargePoint {
  readonly calls = new Sightings<HeardCall>();
  /** The `authorization` header of each connection; undefined where there was none. */
  readonly connections = new Sightings<string | undefined>();
  readonly ledger = new Ledger();
  /** The frames that answered what was sent raw. */
  readonly rawAnswers = new Sightings<readonly unknown[]>();
  readonly #rawIds = new Set<string>();
  readonly #holds = new Map<string, () => Promise<void>>();
  #client: Client | null = null;
  #script: Script = () => undefined;
  #taken = 0;

  connected(client: Client): void {
    this.#client = client;
    this.connections.note(client.handshake.headers["authorization"]);
    client.handle(async ({ method, params }) => {
      const heard = { action: method, payload: params };
      // Booked before it is noted: who waits for the call finds it in the ledger.
      const answer = this.#script(heard) ?? this.#booked(heard);
      this.calls.note(heard);
      const hold = this.#holds.get(method);
      this.#holds.delete(method);
      await hold?.();
      return answer;
    });
  }

  /** The next call of the action has its answer held back until this is done. */
  hold(action: string, until: () => Promise<void>): void {
    this.#holds.set(action, until);
  }

  /** From now on; the last one set wins. */
  script(script: Script): void {
    this.#script = script;
  }

  /**
   * The next so many calls that were not taken yet, in their order, as they come. Heartbeats, samples and security events come
   * when their time has come, and are no part of an order.
   */
  async take(count: number): Promise<readonly HeardCall[]> {
    const from = this.#taken;
    this.#taken += count;
    return await this.calls.until(`call ${from + 1} to ${from + count}`, (calls) => {
      const ordered = calls.filter(({ action }) => !OUT_OF_ORDER.includes(action));
      return ordered.length < from + count ? undefined : ordered.slice(from, from + count);
    });
  }

  /** All calls of an action from the `from`th on, once there are so many. */
  async heard(action: string, count: number): Promise<readonly Payload[]> {
    return await this.calls.until(`${count} ${action}`, (calls) => {
      const heard = calls.filter((call) => call.action === action).map(({ payload }) => payload);
      return heard.length < count ? undefined : heard;
    });
  }

  /** Sends a CALL that the official schemas know, and tells how it ended. */
  async call(action: string, payload: Payload): Promise<Outcome> {
    try {
      return { payload: await this.#client?.call(action, payload) };
    } catch (error) {
      const code = (error as { readonly rpcErrorCode?: string }).rpcErrorCode;
      if (code === undefined) throw error;
      return { errorCode: code };
    }
  }

  /** Sends a CALL that strict mode would not let out, or that nobody answers; returns its id. */
  sendRaw(action: string, payload: Payload): string {
    const id = crypto.randomUUID();
    this.#rawIds.add(id);
    this.#client?.sendRaw(JSON.stringify([2, id, action, payload]));
    return id;
  }

  /** Notes the answer to a raw CALL, of which `ocpp-rpc` does not know. */
  readonly isRawAnswer = (text: string): boolean => {
    const frame: readonly unknown[] = JSON.parse(text);
    const isRaw = this.#rawIds.has(String(frame[1]));
    if (isRaw) this.rawAnswers.note(frame);
    return isRaw;
  };

  #booked({ action, payload }: HeardCall): Payload {
    const idTagInfo = { status: payload["idTag"] === "STRANGER" ? "Invalid" : "Accepted" };
    switch (action) {
      case "BootNotification":
        return { status: "Accepted", currentTime: new Date().toISOString(), interval: 300 };
      case "Heartbeat":
        return { currentTime: new Date().toISOString() };
      case "Authorize":
        return { idTagInfo };
      case "StartTransaction": {
        const request = payload as unknown as StartTransactionRequest;
        return { transactionId: this.ledger.start(request).transactionId, idTagInfo };
      }
      case "MeterValues":
        this.ledger.meterValues(payload as unknown as MeterValuesRequest);
        return {};
      case "StopTransaction":
        this.ledger.stop(payload as unknown as StopTransactionRequest);
        return {};
      default:
        return {};
    }
  }
}

/**
 * It listens for messages from the next tick on. Under Deno a first message can come before that, and would be lost: about
 * one in ten of those that follow the handshake at once.
 */
function hearFromTheStart({ _ws }: Client): void {
  _ws.pause();
  nextTick(() => _ws.resume());
}

export interface ForeignCentralSystem extends AsyncDisposable {
  /** Where a charge point connects, without its id. */
  readonly url: string;
  /** Known by its id before it comes. */
  readonly chargePoint: (id: string) => ChargePoint;
  readonly assertStrict: () => void;
}

/** Resolves as soon as it listens. */
export async function startForeignCentralSystem(): Promise<ForeignCentralSystem> {
  // Pings are the charge point's business here.
  const server = new RPCServer({ protocols: ["ocpp1.6"], strictMode: true, pingIntervalMs: 0 });
  const chargePoints = new Map<string, ChargePoint>();
  const violations: string[] = [];

  function chargePoint(id: string): ChargePoint {
    const known = chargePoints.get(id) ?? new ChargePoint();
    chargePoints.set(id, known);
    return known;
  }

  function watch(client: Client, { calls, isRawAnswer }: ChargePoint): void {
    const violated = (what: string) => {
      violations.push(`${client.identity}: ${what}`);
      calls.end(what);
    };
    client.on("strictValidationFailure", ({ method, outbound, error }) => {
      violated(`${outbound ? "answered" : "was told"} ${method}: ${error?.message}`);
    });
    client.on("badMessage", ({ buffer, error }) => {
      if (!isRawAnswer(String(buffer))) violated(`was told ${buffer}: ${error?.message}`);
    });
  }

  server.on("client", (client: Client) => {
    const known = chargePoint(client.identity);
    hearFromTheStart(client);
    watch(client, known);
    known.connected(client);
  });
  const listening = await server.listen(0, "127.0.0.1");
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error(`listen on TCP, not on ${address}`);
  return {
    url: `ws://127.0.0.1:${address.port}/ocpp`,
    chargePoint,
    assertStrict: () => assertEquals(violations, []),
    [Symbol.asyncDispose]: () => server.close({ force: true }),
  };
}
