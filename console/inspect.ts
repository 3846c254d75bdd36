/**
 * The verb `inspect`: what a running charger is doing, read from its debug socket; and what a person does about what is parked.
 *
 * Law: it only looks, unless an option says what to do. It ends with 0 when it has shown what was asked for or was interrupted, with 1 when the charger
 * does not answer or has gone.
 */
import type { InspectOptions, ParkedDeed } from "./arguments.ts";
import { FrameEvent, ParkedAnswer, StatusAnswer, TreeAnswer } from "./answers.ts";
import { exitCodes } from "./exit_codes.ts";
import { frameLines } from "./frame_line.ts";
import type { View } from "./grammar.ts";
import type { Output } from "./output.ts";
import { parseHandwritten } from "../hal/handwritten.ts";
import { LimitsAnswer, WhatIfAnswer } from "./limits_answers.ts";
import { renderLimits, renderWhatIf } from "./limits_view.ts";
import { renderParked } from "./parked_view.ts";
import { Refused } from "./refusals.ts";
import { SecurityAnswer } from "./security_answer.ts";
import { renderSecurity } from "./security_view.ts";
import { heardSignals } from "./signals.ts";
import { Declined, openSocketClient, readAnswer, type SocketClient } from "./socket_client.ts";
import { newestSocket } from "./socket_path.ts";
import { renderStatus } from "./status_view.ts";
import type { Palette } from "./terminal.ts";
import { renderTree } from "./tree.ts";

/** Who looks, and how long. */
export interface Onlooker {
  readonly output: Output;
  /** Pictures replace each other instead of following each other. */
  readonly isTerminal: boolean;
  readonly interrupted: AbortSignal;
  /** Resolves when the next picture is due. */
  readonly nextLook: () => Promise<void>;
}

/** From one picture of `--watch` to the next. */
const LOOK_MS = 1_000;
/** To the upper left corner, and clear what is below. */
const CLEAR = "\x1b[H\x1b[J";

/** Resolves with the exit code. Throws `Refused` when nobody answers. */
export async function runInspect(options: InspectOptions, output: Output): Promise<number> {
  const interruption = new AbortController();
  const signals = heardSignals();
  signals.then(() => interruption.abort());
  const interrupted = interruption.signal;
  try {
    const isTerminal = Deno.stdout.isTerminal();
    return await inspect(options, { output, isTerminal, interrupted, nextLook: () => sleep(interrupted) });
  } finally {
    signals.ignore();
  }
}

/** `runInspect`, for a given onlooker. */
export async function inspect(options: InspectOptions, onlooker: Onlooker): Promise<number> {
  const client = await openSocketClient(options.socket ?? await findSocket(onlooker.output));
  try {
    if (options.whatIf !== undefined) await showWhatIf(client, options.whatIf, options, onlooker);
    else if (options.deed !== undefined) await perform(client, options.deed, onlooker);
    else if (options.view === "messages") await showMessages(client, options.json, onlooker);
    else await showPictures(client, options.view, options, onlooker);
    return exitCodes.stopped;
  } catch (error) {
    // Whatever was under way when the interruption came has failed for that reason.
    if (onlooker.interrupted.aborted) return exitCodes.stopped;
    throw error instanceof Declined ? new Refused(error.message) : error;
  } finally {
    client.close();
  }
}

async function findSocket(output: Output): Promise<string> {
  const path = await newestSocket();
  if (path === null) {
    throw new Refused("start a charger with simulate, or give --socket PATH: no simulated one answers here");
  }
  output.error(output.palette.dim(`debug socket ${path}`));
  return path;
}

async function showPictures(
  client: SocketClient,
  view: Exclude<View, "messages">,
  { json, watch, duration, after }: InspectOptions,
  { output, isTerminal, interrupted, nextLook }: Onlooker,
): Promise<void> {
  async function look(): Promise<string> {
    const text = (await client.text(addressOf(view, { duration, after }), interrupted)).trimEnd();
    return json ? text : drawn(view, text, output.palette);
  }

  if (!watch) return output.line(await look());
  while (!interrupted.aborted) {
    // Without power there is no tree for a while; the next picture may have one again.
    const picture = await look().catch((error) => declined(error));
    output.line(isTerminal && !json ? CLEAR + picture : picture);
    await nextLook();
  }
}

function declined(error: unknown): string {
  if (error instanceof Declined) return error.message;
  throw error;
}

function drawn(view: Exclude<View, "messages">, text: string, palette: Palette): string {
  switch (view) {
    case "tree": {
      const { root, nowMs } = readAnswer(TreeAnswer, text);
      return renderTree(root, { nowMs, palette });
    }
    case "status":
      return renderStatus(readAnswer(StatusAnswer, text), palette);
    case "limits":
      return renderLimits(readAnswer(LimitsAnswer, text), palette);
    case "security":
      return renderSecurity(readAnswer(SecurityAnswer, text), palette);
    case "parked":
      return renderParked(readAnswer(ParkedAnswer, text), palette);
    case "metrics":
      return text;
  }
}

/** Each of these has its own view. */
function addressOf(view: View, { duration, after }: Pick<InspectOptions, "duration" | "after">): string {
  if (duration !== undefined) return `/${view}?duration=${duration}`;
  return after === undefined ? `/${view}` : `/${view}?after=${after}`;
}

async function showWhatIf(
  client: SocketClient,
  file: string,
  { json, duration, after }: InspectOptions,
  { output, interrupted }: Onlooker,
): Promise<void> {
  const address = addressOf("limits", { duration, after }).replace("/limits", "/limits/what-if");
  const text = await client.post(address, await profileIn(file), interrupted);
  output.line(json ? text.trimEnd() : renderWhatIf(readAnswer(WhatIfAnswer, text), output.palette));
}

/** What the charger makes of it is the charger's to say; that it is a file with JSON in it is said here. */
async function profileIn(file: string): Promise<unknown> {
  const text = await Deno.readTextFile(file).catch((error) => {
    throw new Refused(`give --what-if a file that can be read, not ${file}: ${error.message}`);
  });
  const parsed = parseHandwritten(text);
  if (parsed.kind === "read") return parsed.value;
  throw new Refused(`${file}: ${parsed.problems.join("; ")}`);
}

async function perform(
  client: SocketClient,
  deed: ParkedDeed,
  { output, interrupted }: Onlooker,
): Promise<void> {
  const address = `/parked/${deed.localId}`;
  switch (deed.kind) {
    case "export":
      return output.line((await client.text(address, interrupted)).trimEnd());
    case "resend":
      await client.post(`${address}/resend`, {}, interrupted);
      return output.line(
        `transaction ${deed.localId} is being sent again; inspect parked shows what becomes of it`,
      );
    case "discard":
      await client.post(`${address}/discard`, { reason: deed.reason }, interrupted);
      return output.line(`transaction ${deed.localId} is discarded: ${deed.reason}`);
  }
}

async function showMessages(
  client: SocketClient,
  json: boolean,
  { output, interrupted }: Onlooker,
): Promise<void> {
  const lines = frameLines();
  for await (const data of client.events("/messages", interrupted)) {
    if (json) {
      output.line(data);
      continue;
    }
    const { at, direction, frame } = readAnswer(FrameEvent, data);
    const line = lines.line(direction, typeof frame === "string" ? frame : JSON.stringify(frame));
    const painted = direction === "sent" ? output.palette.name(line) : line;
    output.line(`${output.palette.dim(at.slice(11, 23))} ${painted}`);
  }
  throw new Refused("look again: the charger has ended its messages");
}

function sleep(interrupted: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (interrupted.aborted) return resolve();
    const timer = setTimeout(done, LOOK_MS);
    function done(): void {
      clearTimeout(timer);
      interrupted.removeEventListener("abort", done);
      resolve();
    }
    interrupted.addEventListener("abort", done);
  });
}
