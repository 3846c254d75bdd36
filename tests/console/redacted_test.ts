/** What of any value is shown to people (security white paper A01). */
import { assertEquals } from "@std/assert";
import { redacted, redactedError, redactedFrame } from "../../console/redacted.ts";

/** One line a case: a value, and how it is shown. */
function check(sentence: string, value: unknown, expected: unknown): void {
  Deno.test({ name: `redacted: ${sentence}`, permissions: "none" }, () => {
    assertEquals(redacted(value), expected);
  });
}

check("what is no secret stays", { a: [1, "x", null, true], b: { c: "file:///a/b.ts" } }, {
  a: [1, "x", null, true],
  b: { c: "file:///a/b.ts" },
});
check("a key's value goes, wherever it is", [{ request: { key: "AuthorizationKey", value: "s3cret" } }], [
  { request: { key: "AuthorizationKey", value: "***" } },
]);
check(
  "so does what is named as one",
  { AuthorizationKey: "s", password: "s", basicAuth: { Password: "s" } },
  {
    AuthorizationKey: "***",
    password: "***",
    basicAuth: { Password: "***" },
  },
);
check("an object that is named as one goes whole", { privateKey: { d: "s3cret" } }, { privateKey: "***" });
check("bytes may be a key", { x: new Uint8Array([1, 2, 3]) }, { x: "(3 bytes)" });
check("credentials in a URL go", { url: "ftp://user:pass@host/x" }, { url: "ftp://***@host/x" });
check("a text that mentions the key goes whole", "AuthorizationKey is s3cret", "***");
check("functions are left out", { kind: "X", reply: () => {} }, { kind: "X" });
check("a cycle cannot be shown", cycle(), "(cannot be shown)");
check("nor can what is nested without end", JSON.parse("[".repeat(40) + "]".repeat(40)), "(cannot be shown)");
check("nothing is nothing to show", undefined, "(cannot be shown)");

function cycle(): unknown {
  const one: { self?: unknown } = {};
  one.self = one;
  return one;
}

/** One line a case: an error's text, the message in hand, and what is shown. */
function checkError(sentence: string, text: string, inHand: unknown, expected: string): void {
  Deno.test({ name: `redacted error: ${sentence}`, permissions: "none" }, () => {
    assertEquals(redactedError(text, inHand), expected);
  });
}

const change = { kind: "ChangeConfiguration", request: { key: "AuthorizationKey", value: "s3cret" } };
const frame = '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cret"}]';

checkError("without a message it is as it is", "Error: x\n    at a.ts:1", null, "Error: x\n    at a.ts:1");
checkError(
  "a value that it quotes goes",
  'Error: write 16 bytes, not "s3cret" (s3cret)',
  change,
  'Error: write 16 bytes, not "***" (***)',
);
checkError(
  "a value within a frame goes",
  "Error: s3cret",
  { kind: "FrameReceived", text: frame },
  "Error: ***",
);
checkError(
  "the frame itself goes",
  `Error: ${frame} is wrong`,
  { kind: "SendFrame", text: frame, socket: 1 },
  "Error: *** is wrong",
);
checkError(
  "a value of a named secret goes",
  "Error: s3cret",
  { kind: "X", password: "s3cret" },
  "Error: ***",
);
checkError(
  "a line that mentions the key goes, the others stay",
  "Error: AuthorizationKey abc\n    at a.ts:1",
  null,
  "***\n    at a.ts:1",
);
checkError("a text too short to be a secret stays where it stands by accident", "Error: banana", {
  key: "AuthorizationKey",
  value: "a",
}, "Error: banana");

Deno.test({
  name: "redacted frame: an array where it is one, else a text without a key",
  permissions: "none",
}, () => {
  assertEquals(redactedFrame('[3,"a",{}]'), [3, "a", {}]);
  assertEquals(redactedFrame(frame), [2, "1", "ChangeConfiguration", {
    key: "AuthorizationKey",
    value: "***",
  }]);
  assertEquals(
    redactedFrame('[2,"1","X"… (no frame, 80 characters)'),
    '[2,"1","X"… (no frame, 80 characters)',
  );
  assertEquals(redactedFrame(frame.slice(0, -2)), "***");
  assertEquals(redactedFrame('{"a":1}'), '{"a":1}');
});
