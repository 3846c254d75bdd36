/** Which MeterValues go when a queue has grown too long (notes/reliability.md B2; errata v4.0 §3.14 for the pattern). */
import { assertEquals } from "@std/assert";
import type { Queued, Thinning } from "../../protocol/thinning.ts";
import { thinPage } from "../../protocol/thinning.ts";

/** Pages as they stand in the queue: `S1` starts transaction 1, `E1` ends it, `1a` is a MeterValues of it. */
function check(sentence: string, pages: readonly string[], expected: readonly string[]): void {
  Deno.test({ name: `a queue that is too long: ${sentence}`, permissions: "none" }, () => {
    let thinning: Thinning<string> = new Map();
    const gone: string[] = [];
    for (const page of pages) {
      const thinned = thinPage(thinning, page.split(" ").filter((word) => word !== "").map(queued));
      thinning = thinned.next;
      gone.push(...thinned.gone);
    }
    assertEquals(gone, expected);
  });
}

function queued(word: string): Queued<string> {
  if (word.startsWith("S")) return { key: word, localId: Number(word.slice(1)), action: "StartTransaction" };
  if (word.startsWith("E")) return { key: word, localId: Number(word.slice(1)), action: "StopTransaction" };
  return { key: word, localId: Number(word.slice(0, -1)), action: "MeterValues" };
}

check("starts and stops stay", ["S1 E1 S2 E2"], []);
check(
  "of one and of two MeterValues none goes: they are the first and the last",
  ["S1 1a E1 S2 2a 2b E2"],
  [],
);
check("of three the one in between goes", ["S1 1a 1b 1c E1"], ["1b"]);
check("every other one in between goes", ["S1 1a 1b 1c 1d 1e 1f 1g E1"], ["1b", "1d", "1f"]);
check("the last stays, wherever the pattern ends", ["S1 1a 1b 1c 1d E1"], ["1b"]);
check("the last so far of an open transaction stays", ["S1 1a 1b 1c 1d"], ["1b"]);
check("a transaction whose start has gone out already keeps the first that is left", ["1a 1b 1c E1"], ["1b"]);
check("each transaction by itself", ["S1 1a S2 2a 1b 2b 1c 2c E2 E1"], ["1b", "2b"]);
check("pages make no difference", ["S1 1a", "1b", "", "1c 1d", "1e E1"], ["1b", "1d"]);
check("thinned again, half of the rest goes", ["S1 1a 1c 1e 1g E1"], ["1c"]);
check("what comes behind a stop begins anew", ["S1 1a 1b E1", "1c 1d 1e"], ["1d"]);
