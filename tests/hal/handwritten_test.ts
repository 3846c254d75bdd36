/** What a person is told about a file of his that is not right. */
import { assertEquals } from "@std/assert";
import { z } from "zod";
import { judgeHandwritten, parseHandwritten } from "../../hal/handwritten.ts";

const schema = z.strictObject({
  name: z.string().max(4).optional(),
  current: z.number().int().min(1).max(100).optional(),
  plug: z.enum(["Type2", "cCCS1"]).optional(),
  limits: z.strictObject({ stackLevelMax: z.number() }).optional(),
  tags: z.array(z.string()).min(2).optional(),
  station: z.union([z.string(), z.strictObject({ connectors: z.number() })]).optional(),
  configuration: z.record(z.string(), z.string()).optional(),
});

/** One line a case: the value, and every sentence that it earns. */
function check(sentence: string, value: unknown, problems: readonly string[]): void {
  Deno.test({ name: `handwritten: ${sentence}`, permissions: "none" }, () => {
    assertEquals(judgeHandwritten(schema, value), { kind: "refused", problems });
  });
}

Deno.test({ name: "handwritten: what is right is read", permissions: "none" }, () => {
  assertEquals(judgeHandwritten(schema, { name: "abcd" }), { kind: "read", value: { name: "abcd" } });
});

check("a mistyped field gets the nearest named", { nam: "x" }, [
  'remove the field "nam", which is not known; did you mean "name"?',
]);
check("so does one deeper down", { limits: { stackLevelMax: 1, stackLevelMin: 2 } }, [
  'limits: remove the field "stackLevelMin", which is not known; did you mean "stackLevelMax"?',
]);
check("a field near to nothing gets all names", { limits: { stackLevelMax: 1, colour: 2 } }, [
  'limits: remove the field "colour", which is not known; known are stackLevelMax',
]);
check("a wrong type is quoted", { name: 4 }, ["name: write a string, not 4"]);
check("a fraction where a whole number belongs", { current: 1.5 }, [
  "current: write a whole number, not 1.5",
]);
check("too small and too big", { current: 0, name: "abcde" }, [
  'name: write at most 4 characters, not "abcde"',
  "current: write at least 1, not 0",
]);
check("too few elements", { tags: ["a"] }, ["tags: write at least 2 elements, not an array"]);
check("a word that is none of the enumeration", { plug: "Type3" }, [
  'plug: write "Type2" or "cCCS1", not "Type3"',
]);
check("a missing field", { limits: {} }, ["limits.stackLevelMax: write a number; it is missing"]);
check("of several shapes the nearest is explained", { station: { connectors: "two" } }, [
  'station.connectors: write a number, not "two"',
]);
check("a long value is cut", { current: "x".repeat(100) }, [
  `current: write a number, not "${"x".repeat(59)}…`,
]);
check("a secret is not quoted", { configuration: { AuthorizationKey: 4711, authorizationkey: 1 } }, [
  "configuration.AuthorizationKey: write a string, not what stands there",
  "configuration.authorizationkey: write a string, not what stands there",
]);
check("nor is the password in a URL", { name: "ws://user:4711@host/p" }, [
  'name: write at most 4 characters, not "ws://…@host/p"',
]);
check("nor is an object in which one may stand", { name: { AuthorizationKey: "4711" } }, [
  "name: write a string, not an object",
]);
check("not even an object", ["x"], ["write an object, not an array"]);

/** One line a case: the text, and where it is wrong. */
function checkText(sentence: string, text: string, where: string): void {
  Deno.test({ name: `handwritten text: ${sentence}`, permissions: "none" }, () => {
    const problem =
      `write JSON, without comments and without a comma after the last field: it stops being that at ${where}`;
    assertEquals(parseHandwritten(text), { kind: "refused", problems: [problem] });
  });
}

checkText("a comma too many is found", '{"a":1,\n}', "line 2 column 1");
checkText("a text that ends too early", '{"a":', "its end, or before");
checkText("a bare secret is not quoted", '{"AuthorizationKey": 4F43}', "line 1 column 23");

Deno.test({ name: "handwritten text: JSON is parsed", permissions: "none" }, () => {
  assertEquals(parseHandwritten('{"a":[1]}'), { kind: "read", value: { a: [1] } });
});
