/**
 * The narrator: what the kernel's trace tells, as lines for a person or objects for a program.
 *
 * Law: it shows and decides nothing; a crash report is shown without the message, which may carry secrets.
 */
import type { Trace, TraceEvent } from "../actors/otp/trace.ts";
import type { CloseReason } from "../hal/websocket.ts";
import type { FrameLines } from "./frame_line.ts";
import { frameLines } from "./frame_line.ts";
import type { Palette } from "./terminal.ts";
import { alignColumns, formatDuration, printable } from "./terminal.ts";

export interface NarratorOptions {
  /** `errors` shows crashes and refusals only. */
  readonly show: "all" | "errors";
  readonly format: "text" | "json";
  readonly palette: Palette;
  readonly write: (line: string) => void;
}

export interface Narrator {
  readonly record: Trace;
  /** A line of the program's own, with the time before it. */
  readonly say: (wallMs: number, line: string) => void;
}

/** What is told of an event; null: nothing. */
interface Told {
  readonly level: "info" | "error";
  readonly what: string;
  readonly line: string;
}

export function createNarrator(options: NarratorOptions): Narrator {
  const frames = frameLines();

  function write(wallMs: number, told: Told, atMs?: number): void {
    if (options.show === "errors" && told.level === "info") return;
    const at = new Date(wallMs).toISOString();
    if (options.format === "json") {
      return options.write(JSON.stringify({ at, atMs, level: told.level, what: told.what, text: told.line }));
    }
    options.write(
      alignColumns([[options.palette.dim(at.slice(11, 23)), painted(options.palette, told)]]).join(""),
    );
  }

  return {
    record: (event) => {
      if (options.show === "errors" && isFrame(event)) return;
      const told = tell(event, frames);
      if (told !== null) write(event.wallMs, told, event.atMs);
    },
    say: (wallMs, line) => write(wallMs, { level: "info", what: "note", line }),
  };
}

/** To lay out a frame takes longer than to answer it. */
function isFrame(event: TraceEvent): boolean {
  return event.kind === "effect" && (event.effect === "FrameSent" || event.effect === "FrameReceived");
}

function tell(event: TraceEvent, frames: FrameLines): Told | null {
  switch (event.kind) {
    case "effect":
      return effect(event.effect, event.detail, frames);
    case "crash": {
      const inHand = event.message === null ? "" : ` at ${event.message.kind}`;
      return { level: "error", what: "crash", line: `! ${event.actor} crashed${inHand}: ${event.error}` };
    }
    case "restart":
      return {
        level: "error",
        what: "restart",
        line: `! ${event.supervisor} restarts ${event.starts.join(", ")}`,
      };
    case "gaveUp":
      return { level: "error", what: "gaveUp", line: `! ${event.supervisor} gives up` };
    case "terminateFailed":
      return {
        level: "error",
        what: "terminateFailed",
        line: `! ${event.actor} could not be left safe: ${event.error}`,
      };
    case "overflow":
      return {
        level: "error",
        what: "overflow",
        line: `! the mailbox of ${event.actor} is full: ${event.message} lost`,
      };
    case "started":
    case "stopped":
    case "message":
    case "deadLetter":
      return null;
  }
}

function effect(name: string, detail: unknown, frames: FrameLines): Told | null {
  switch (name) {
    case "FrameSent":
      return { level: "info", what: "sent", line: frames.line("sent", String(detail)) };
    case "FrameReceived":
      return { level: "info", what: "received", line: frames.line("received", String(detail)) };
    case "LinkClosed": {
      const { why, retryInMs } = detail as { readonly why: CloseReason; readonly retryInMs: number };
      const line = `! no connection: ${closeReason(why)}; next try in ${formatDuration(retryInMs)}`;
      return { level: "error", what: "link", line };
    }
    case "CommitRefused":
    case "DamagedRecord":
    case "MeterFailed":
    case "StopNotKept":
    case "TransactionMessageFailed":
    case "TransactionMessageParked":
    case "TransactionMessageUnreadable":
    case "TransactionMessagePassedOver":
    case "TransactionIdLost":
    case "TransactionOrphaned":
    case "StartTransactionRestored":
    case "ParkedDiscarded":
    case "QueueThinned":
    case "ArchiveThinned":
      return { level: "error", what: name, line: `! ${name}: ${JSON.stringify(detail)}` };
    case "ParkedExported":
    case "ResendBegun":
    case "ResendEnded":
      return { level: "info", what: name, line: `* ${name}: ${JSON.stringify(detail)}` };
    default:
      return null;
  }
}

function painted(palette: Palette, told: Told): string {
  if (told.level === "error") return palette.bad(told.line);
  if (told.what === "sent") return palette.name(told.line);
  return told.line;
}

function closeReason(why: CloseReason): string {
  switch (why.kind) {
    case "closed":
      return `closed with ${why.code}${why.reason === "" ? "" : ` (${printable(why.reason)})`}`;
    case "handshakeRefused":
      return `the central system answered HTTP ${why.httpStatus}`;
    case "subprotocolRefused":
      return `the central system chose sub-protocol "${printable(why.answered)}", not ${why.offered}`;
    case "timeout":
      return `no answer in time to the ${why.phase}`;
    case "failed":
      return printable(why.error);
  }
}
