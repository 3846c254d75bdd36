/**
 * OCPP frames as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), one reader a stream.
 *
 * Law: a reader is dropped when it is slow, never waited for: what it has not read is bounded, and then its stream ends.
 */
import { formatDateTime } from "../protocol/date_time.ts";
import type { FrameEvent } from "./answers.ts";
import type { Observatory, PassedFrame } from "./observatory.ts";
import { redactedFrame } from "./redacted.ts";

export interface MessageStreams {
  /** Null when `READERS_MAX` are reading already. */
  readonly open: () => ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /** How many are reading. */
  readonly readers: () => number;
}

export const READERS_MAX = 8;

/** Unread bytes of one reader, besides what the system's socket buffers: hundreds of frames, or one of the greatest. */
const UNREAD_BYTES_MAX = 1_048_576;

export function createMessageStreams(observatory: Observatory): MessageStreams {
  const encoder = new TextEncoder();
  let readers = 0;

  function open(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (readers >= READERS_MAX) return null;
    readers += 1;
    let leave = () => {};
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        const cancel = observatory.listen((frame) => {
          if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(encoder.encode(eventText(frame)));
          leave();
          controller.error(new Error("read faster: this reader of /messages was dropped"));
        });
        leave = () => {
          cancel();
          readers -= 1;
        };
        // From here on no frame is missed, and the reader can know it.
        controller.enqueue(encoder.encode(": listening\n\n"));
      },
      cancel: () => leave(),
    }, { highWaterMark: UNREAD_BYTES_MAX, size: (chunk) => chunk?.byteLength ?? 0 });
  }

  return { open, readers: () => readers };
}

function eventText({ wallMs, direction, text }: PassedFrame): string {
  const event: FrameEvent = { at: formatDateTime(wallMs), direction, frame: redactedFrame(text) };
  return `event: frame\ndata: ${JSON.stringify(event)}\n\n`;
}
