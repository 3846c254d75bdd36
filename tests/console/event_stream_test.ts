/** Server-sent events as a reader takes them. */
import { assertEquals } from "@std/assert";
import { eventData } from "../../console/event_stream.ts";

/** One line a case: the pieces in which a stream comes, and the data of its events. */
function check(sentence: string, pieces: readonly string[], expected: readonly string[]): void {
  Deno.test({ name: `event stream: ${sentence}`, permissions: "none" }, async () => {
    const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
    const read: string[] = [];
    for await (const data of eventData(ReadableStream.from(bytes))) read.push(data);
    assertEquals(read, expected);
  });
}

check("an event ends with an empty line", ["event: frame\ndata: 1\n\nevent: frame\ndata: 2\n\n"], ["1", "2"]);
check("pieces may end anywhere", ["da", "ta: on", "e\n", "\nd", "ata: two\n\n"], ["one", "two"]);
check("comments and names are no data", [": listening\n\n", "event: x\n\n", "data: 1\n: more\n\n"], ["1"]);
check("data of many lines is one", ["data: 1\ndata: 2\n\n"], ["1\n2"]);
check("only the first space is not data", ["data:  x\n\n", "data:y\n\n"], [" x", "y"]);
check("what the end has cut off is none", ["data: 1\n\ndata: 2\n"], ["1"]);
check("a stream may be empty", [], []);
