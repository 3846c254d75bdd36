/**
 * Server-sent events as a reader takes them (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * Law: of what the standard knows this reads the data, which is all that the debug socket's events carry.
 */

/** The data of each event; comments, names and what the stream's end has cut off are left out. */
export async function* eventData(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of linesOf(stream)) {
    if (line.startsWith("data:")) data.push(line.slice("data:".length).replace(/^ /, ""));
    if (line !== "" || data.length === 0) continue;
    yield data.join("\n");
    data = [];
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let left = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (left + text).split("\n");
    left = lines.pop() ?? "";
    yield* lines;
  }
}
