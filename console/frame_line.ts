/**
 * One OCPP frame as one line for a person: which way, which action, and the values that matter.
 *
 * Law: pure, and fed with redacted frames only.
 */
import { parseFrame } from "../protocol/frame.ts";
import { printable } from "./terminal.ts";

export type FrameDirection = "sent" | "received";

/** Remembers which action a message id belongs to, so that an answer can be named. Bounded: the oldest is forgotten. */
export interface FrameLines {
  readonly line: (direction: FrameDirection, text: string) => string;
}

const rememberedMax = 200;
const briefCharactersMax = 120;

export function frameLines(): FrameLines {
  const actions = new Map<string, string>();
  return {
    line: (direction, text) => {
      const arrow = direction === "sent" ? "→" : "←";
      const parsed = parseFrame(text);
      if (parsed.kind !== "frame") return `${arrow} ${printable(text.slice(0, briefCharactersMax))}`;
      const { frame } = parsed;
      if (frame.kind === "Call") remember(actions, frame.id, frame.action);
      const action = printable(frame.kind === "Call" ? frame.action : actions.get(frame.id) ?? frame.id);
      switch (frame.kind) {
        case "Call":
          return `${arrow} ${action} ${brief(frame.payload)}`.trimEnd();
        case "CallResult":
          return `${arrow} ${action}.conf ${brief(frame.payload)}`.trimEnd();
        case "CallError":
          return `${arrow} ${action} CALLERROR ${frame.errorCode}: ${printable(frame.errorDescription)}`;
      }
    },
  };
}

function remember(actions: Map<string, string>, id: string, action: string): void {
  actions.set(id, action);
  const [oldest] = actions.keys();
  if (actions.size > rememberedMax && oldest !== undefined) actions.delete(oldest);
}

/** The scalars of a payload, in its order, as `name=value`; a nested field is named by its last part. */
function brief(payload: unknown): string {
  const text = printable(scalars(payload, "").join(" "));
  return text.length <= briefCharactersMax ? text : `${text.slice(0, briefCharactersMax)}…`;
}

function scalars(value: unknown, name: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => scalars(item, name));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => scalars(inner, key));
  }
  // Time stands at the line's beginning already.
  return name === "timestamp" || name === "currentTime" || value === undefined
    ? []
    : [`${name}=${String(value)}`];
}
