/**
 * One charge point's conversation with the tool: every frame of both sides checked, answered and kept in order.
 *
 * Law: a frame that breaks OCPP-J or an official schema ends the conversation, and with it the case. A wait ends with
 * the message or, after a deadline, in a failure that shows what was said.
 */
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import { type Expected, fits, groupsOf, type Heard, type Order, type Payload, told } from "./expected.ts";
import { schemaProblem } from "./official_schemas.ts";
import { PositiveAnswers } from "./positive_answers.ts";
import type { Answered, Tool } from "./tool.ts";

/** Many times what a busy machine has taken, and less than the lab's 30 s for an answer. */
const DEADLINE_MS = 25_000;
/** What may come at any time, where no case waits for it. */
const OUT_OF_ORDER = ["Heartbeat", "MeterValues", "SecurityEventNotification"];
/** A key that every charge point has (OCPP 1.6 §9.1.20). */
const FENCE = { key: ["NumberOfConnectors"] };
const ERROR_CODES = [
  "NotImplemented",
  "NotSupported",
  "InternalError",
  "ProtocolError",
  "SecurityError",
  "FormationViolation",
  "PropertyConstraintViolation",
  "OccurenceConstraintViolation",
  "TypeConstraintViolation",
  "GenericError",
];

interface Asked {
  readonly action: string;
  /** With the answer, and how many messages had come before it. */
  readonly end: (ended: { readonly answered: Answered; readonly heardBefore: number }) => void;
}

export class Conversation implements Tool {
  readonly heard: Heard[] = [];
  readonly #answers = new PositiveAnswers();
  readonly #allowed: Expected[] = [];
  readonly #asked = new Map<string, Asked>();
  readonly #ids = new Set<string>();
  readonly #transcript: string[] = [];
  readonly #startedMs = performance.now();
  #send: ((text: string) => void) | null = null;
  /** How many of `heard` have been expected, allowed, or are out of order. */
  #read = 0;
  #broken: string | null = null;
  #changed = Promise.withResolvers<void>();

  connected(send: (text: string) => void): void {
    this.#send = send;
    this.#note("* connected");
  }

  disconnected(): void {
    this.#send = null;
    this.#note("* disconnected");
  }

  received(text: string): void {
    this.#note(`→ ${text}`);
    const frame = parsed(text);
    if (!Array.isArray(frame) || typeof frame[1] !== "string") return this.#break(`no frame: ${text}`);
    const [type, id, ...rest] = frame;
    if (type === 2) this.#receivedCall(id, rest);
    else if (type === 3 || type === 4) this.#receivedAnswer(type, id, rest);
    else this.#break(`no message type of OCPP-J: ${text}`);
  }

  async expect(...order: Order): Promise<readonly Heard[]> {
    const found = new Map<Expected, Heard>();
    for (const group of groupsOf(order)) {
      const left = [...group];
      while (left.length > 0) {
        const wanted = left.map(told).join(", ");
        const heard = await this.#until(wanted, () => this.#unread(this.heard.length, left));
        const at = left.findIndex((expected) => fits(expected, heard));
        const [expected] = at < 0 ? [] : left.splice(at, 1);
        if (expected === undefined) throw this.#failure(`wanted ${wanted}, but heard ${gist(heard)}`);
        found.set(expected, heard);
        this.#read += 1;
      }
    }
    return order.flat().flatMap((expected) => found.get(expected as Expected) ?? []);
  }

  allow(...expected: readonly Expected[]): void {
    this.#allowed.push(...expected);
  }

  gather(action: string, count: number): Promise<readonly Heard[]> {
    return this.#until(`${count} ${action}`, () => {
      const gathered = this.heard.filter((heard) => heard.action === action);
      return gathered.length < count ? undefined : gathered;
    });
  }

  async call(action: string, payload: Payload): Promise<Answered> {
    const problem = schemaProblem(action, "req", payload);
    if (problem !== null) throw this.#failure(`the case itself is wrong: ${problem}`);
    if (this.#send === null) throw this.#failure(`nobody is connected to be sent ${action}`);
    const id = crypto.randomUUID();
    const ended: { value?: Parameters<Asked["end"]>[0] } = {};
    this.#asked.set(id, { action, end: (value) => ended.value = value });
    const text = JSON.stringify([2, id, action, payload]);
    this.#note(`← ${text}`);
    this.#send(text);
    const { answered, heardBefore } = await this.#until(`an answer to ${action}`, () => ended.value);
    const unexpected = this.#unread(heardBefore);
    if (unexpected === undefined) return answered;
    throw this.#failure(`heard ${gist(unexpected)} before the answer to ${action}`);
  }

  async silence(forMs = 0): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, forMs));
    await this.call("GetConfiguration", FENCE);
  }

  answerNext(action: string, ...payloads: readonly Payload[]): void {
    this.#answers.answerNext(action, payloads);
  }

  know(idTag: string, info: IdTagInfo): void {
    this.#answers.know(idTag, info);
  }

  #receivedCall(id: string, [action, payload, ...more]: readonly unknown[]): void {
    if (typeof action !== "string" || more.length > 0) return this.#break(`no CALL: ${id}`);
    if (this.#ids.has(id)) return this.#break(`the message id ${id} a second time (OCPP-J 1.6 §4.1.4)`);
    this.#ids.add(id);
    const problem = schemaProblem(action, "req", payload);
    if (problem !== null) return this.#break(problem);
    const answer = this.#answers.answer(action, payload as Payload);
    if (answer === null) return this.#break(`no answer is known to ${action}`);
    const wrong = schemaProblem(action, "conf", answer);
    if (wrong !== null) return this.#break(`the case itself is wrong: ${wrong}`);
    const text = JSON.stringify([3, id, answer]);
    this.#note(`← ${text}`);
    this.#send?.(text);
    this.heard.push({ action, payload: payload as Payload, answer, atMs: performance.now() });
    this.#wake();
  }

  #receivedAnswer(type: 3 | 4, id: string, rest: readonly unknown[]): void {
    const asked = this.#asked.get(id);
    if (asked === undefined) return this.#break(`an answer to a CALL that does not wait for one: ${id}`);
    this.#asked.delete(id);
    const [first, description, details] = rest;
    if (type === 3) {
      const problem = rest.length === 1 ? schemaProblem(asked.action, "conf", first) : "no CALLRESULT";
      if (problem !== null) return this.#break(problem);
      asked.end({
        answered: { kind: "result", payload: first as Payload },
        heardBefore: this.heard.length,
      });
    } else {
      const known = ERROR_CODES.includes(String(first)) && typeof description === "string";
      if (!known || typeof details !== "object") return this.#break(`no CALLERROR: ${JSON.stringify(rest)}`);
      asked.end({
        answered: { kind: "error", errorCode: String(first) },
        heardBefore: this.heard.length,
      });
    }
    this.#wake();
  }

  /** The next message of the first so many that is wanted, or that nothing lets pass. */
  #unread(before: number, wanted: readonly Expected[] = []): Heard | undefined {
    for (; this.#read < before; this.#read += 1) {
      const heard = this.heard[this.#read];
      if (heard === undefined) continue;
      const isAmong = (list: readonly Expected[]) => list.some((expected) => fits(expected, heard));
      const mayCome = OUT_OF_ORDER.includes(heard.action) || isAmong(this.#allowed);
      if (isAmong(wanted) || !mayCome) return heard;
    }
    return undefined;
  }

  async #until<T>(what: string, find: () => T | undefined): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(this.#failure(`waited for ${what}`)), DEADLINE_MS);
    try {
      while (true) {
        if (this.#broken !== null) throw this.#failure(this.#broken);
        const found = find();
        if (found !== undefined) return found;
        await Promise.race([this.#changed.promise, late.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #break(why: string): void {
    this.#broken ??= why;
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #note(line: string): void {
    this.#transcript.push(`${(performance.now() - this.#startedMs).toFixed(0).padStart(6)} ms ${line}`);
  }

  #failure(what: string): Error {
    return new Error(`${what}\n${this.#transcript.join("\n")}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function gist({ action, payload }: Heard): string {
  return `${action} ${JSON.stringify(payload)}`;
}
