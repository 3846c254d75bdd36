/** What is code, and on which line. */
import { assertEquals } from "@std/assert";
import { tokenize } from "./tokens.ts";

Deno.test({ name: "tidy: tokens know their lines", permissions: "none" }, () => {
  const lines = tokenize("a /* \n */ b `\n${\nc}\n` d // \n\ne").filter(({ kind }) => kind === "name");
  assertEquals(lines.map(({ text, line }) => `${text}${line}`), ["a1", "b2", "c4", "d5", "e7"]);
});

/** One line a case: a text, and the names in it. */
function check(sentence: string, text: string, names: readonly string[]): void {
  Deno.test({ name: `tokens: ${sentence}`, permissions: "none" }, () => {
    assertEquals(tokenize(text).filter(({ kind }) => kind === "name").map(({ text }) => text), names);
  });
}

check("a slash after a value divides", "a / b / c", ["a", "b", "c"]);
check("after an operator it begins a pattern", "a = /b/g; c", ["a", "c"]);
check("after return too", "return /b/.test(c)", ["return", "test", "c"]);
check("after a bracket it divides", "(a) / b / c[0] / d", ["a", "b", "c", "d"]);
check("a class in a pattern may hold a slash", "x(/[/\"'`]b/, c)", ["x", "c"]);
check("an escaped quote ends no string", "'a\\'b' c \"d\\\\\" e", ["c", "e"]);
check("a template holds code", "`a ${b} c ${`d ${e} f`} g` h", ["b", "e", "h"]);
check("with braces of its own", "`${{ a: { b } }.c}` d", ["a", "b", "c", "d"]);
check("an escaped one holds none", "`\\${a} $b \\` $` c", ["c"]);
check("comments hold none", "a // b 'c\n/* d ` */ e", ["a", "e"]);
check("in a string they are none", "'//' a \"/*\" b '*/'", ["a", "b"]);
check("private and accented names are names", "#a + é$_1", ["#a", "é$_1"]);
