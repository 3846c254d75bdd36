/** What a mistyped name was most likely meant to be. */
import { assertEquals } from "@std/assert";
import { closest } from "../../protocol/closest.ts";

function check(sentence: string, word: string, names: readonly string[], expected: string | undefined): void {
  Deno.test({ name: `closest: ${sentence}`, permissions: "none" }, () => {
    assertEquals(closest(word, names), expected);
  });
}

const options = ["--csms", "--config", "--once", "--speed", "--station", "--state", "--auth-key-file"];

check("a letter left out", "--sped", options, "--speed");
check("a letter too many", "--oncee", options, "--once");
check("a letter replaced", "--spead", options, "--speed");
check("two letters in the wrong order", "--cofnig", options, "--config");
check("case is no difference", "HEARTBEATINTERVAL", ["HeartbeatInterval"], "HeartbeatInterval");
check("a beginning stands for the whole name", "--auth", options, "--auth-key-file");
check("the nearer of two beginnings is the first named", "--sta", options, "--station");
check("fewer edits win over the order of the names", "--stat", ["--stub", "--stats"], "--stats");
check("nothing is near", "--frobnicate", options, undefined);
check("half of the name may be wrong and no more", "ab", ["abcd", "xbcd"], "abcd");
check("more than half wrong is nothing", "xyzd", ["abcd"], undefined);
check("no names at all", "x", [], undefined);
check("an empty word means nothing", "", options, undefined);
