/** OCPP-J frames, good and hostile: the rows of the checklist in notes/reliability.md C3 are named. */
import { assert, assertEquals } from "@std/assert";
import type { CallError, ParsedFrame } from "../../protocol/frame.ts";
import {
  callError,
  formatCall,
  formatCallError,
  formatCallResult,
  parseFrame,
  parseJson,
} from "../../protocol/frame.ts";

function test(name: string, body: () => void): void {
  Deno.test({ name, permissions: "none" }, body);
}

function check(sentence: string, text: string, expected: ParsedFrame): void {
  test(`parseFrame: ${sentence}`, () => assertEquals(parseFrame(text), expected));
}

/** Answered with FormationViolation and this id. */
function checkRefused(sentence: string, text: string, id: string): void {
  test(`parseFrame: ${sentence} is refused`, () => {
    const parsed = parseFrame(text);
    assert(parsed.kind === "refused", `it is ${JSON.stringify(parsed)}`);
    assertEquals(parsed.answer, callError(id, "FormationViolation", parsed.why));
  });
}

function checkIgnored(sentence: string, text: string, invalid: boolean): void {
  test(`parseFrame: ${sentence} is ignored`, () => {
    const parsed = parseFrame(text);
    assertEquals(parsed, { kind: "ignored", why: parsed.kind === "ignored" ? parsed.why : "", invalid });
  });
}

function call(id: string, action: string, payload: unknown = {}): ParsedFrame {
  return { kind: "frame", frame: { kind: "Call", id, action, payload } };
}

function result(id: string, payload: unknown): ParsedFrame {
  return { kind: "frame", frame: { kind: "CallResult", id, payload } };
}

function error(
  id: string,
  errorCode: CallError["errorCode"],
  errorDescription = "",
  errorDetails = {},
): ParsedFrame {
  return { kind: "frame", frame: { kind: "CallError", id, errorCode, errorDescription, errorDetails } };
}

// The specification's own examples (OCPP-J 1.6 §4.2).
check("a CALL", `[2,"19223201","Reset",{"type":"Hard"}]`, call("19223201", "Reset", { type: "Hard" }));
check("a CALLRESULT", `[3,"19223201",{"status":"Accepted"}]`, result("19223201", { status: "Accepted" }));
check(
  "a CALLERROR",
  `[4,"162376037","NotSupported","SetDisplayMessageRequest not implemented",{"a":1}]`,
  error("162376037", "NotSupported", "SetDisplayMessageRequest not implemented", { a: 1 }),
);
check("white space between everything", ` [ 2 , "1" , "Reset" , { } ] \n`, call("1", "Reset"));
check("null for a CALL without content", `[2,"1","Heartbeat",null]`, call("1", "Heartbeat"));
check("null for a CALLRESULT without content", `[3,"1",null]`, result("1", {}));
check(
  "a payload that is no object is for its schema to refuse",
  `[2,"1","Reset",[1]]`,
  call("1", "Reset", [1]),
);

// Row 9: what is no frame.
checkIgnored("row 9: a text that is not JSON", "hello", true);
checkIgnored("row 9: an empty text", "", true);
checkIgnored("row 9: half a frame", `[2,"1","Reset",{"type":`, true);
checkIgnored("row 9: a byte order mark", `\ufeff[2,"1","Reset",{}]`, true);
checkIgnored("row 9: NUL", "\u0000", true);
checkIgnored("row 9: null", "null", true);
checkIgnored("row 9: {}", "{}", true);
checkIgnored(
  "row 9: an object with the places of an array",
  `{"0":2,"1":"1","2":"Reset","3":{},"length":4}`,
  true,
);
checkIgnored("row 9: []", "[]", true);
checkIgnored("row 9: [2], whose id nobody knows", "[2]", true);
checkRefused(`row 9: [2,"x"]`, `[2,"x"]`, "x");
checkRefused("row 9: a CALL of three elements", `[2,"x","Reset"]`, "x");
checkRefused("row 9: a CALL of five elements", `[2,"x","Reset",{},{}]`, "x");
checkIgnored("row 9: type 0", `[0,"x","Reset",{}]`, false);
checkIgnored("row 9: type 1", `[1,"x","Reset",{}]`, false);
checkIgnored("row 9: type 5", `[5,"x","Reset",{}]`, false);
checkIgnored("row 9: type -2", `[-2,"x","Reset",{}]`, false);
checkIgnored("row 9: type 2.5", `[2.5,"x","Reset",{}]`, false);
checkIgnored("row 9: type 1e999", `[1e999,"x","Reset",{}]`, false);
checkIgnored(`row 9: type "2"`, `["2","x","Reset",{}]`, true);
checkIgnored("row 9: type null", `[null,"x","Reset",{}]`, true);

// Row 10: message ids.
check("row 10: an empty id", `[2,"","Reset",{}]`, call("", "Reset"));
check("row 10: an id of 36 characters", `[2,"${"x".repeat(36)}","Reset",{}]`, call("x".repeat(36), "Reset"));
checkRefused("row 10: an id of 37 characters", `[2,"${"x".repeat(37)}","Reset",{}]`, "x".repeat(37));
checkRefused("row 10: an id that is a number", `[2,12,"Reset",{}]`, "12");
checkIgnored("row 10: an id that is null", `[2,null,"Reset",{}]`, true);
checkIgnored("row 10: an id that is an object", `[2,{},"Reset",{}]`, true);
checkIgnored("row 10: an id that is an array", `[2,["x"],"Reset",{}]`, true);
checkRefused("row 10: a lone surrogate in the id", `[2,"\\ud800","Reset",{}]`, "\ud800");
check("row 10: __proto__ is an id like any other", `[2,"__proto__","Reset",{}]`, call("__proto__", "Reset"));

// Row 11: answers. None of them is ever answered, whatever is wrong with it.
checkIgnored("row 11: a CALLRESULT of two elements", `[3,"x"]`, true);
checkIgnored("row 11: a CALLRESULT of four elements", `[3,"x",{},{}]`, true);
checkIgnored("row 11: a CALLRESULT with a number for an id", `[3,1,{}]`, true);
checkIgnored("row 11: a CALLRESULT with 37 characters for an id", `[3,"${"x".repeat(37)}",{}]`, true);
checkIgnored("row 11: a CALLERROR without an id", "[4]", true);
checkIgnored("row 11: a CALLERROR with null for an id", `[4,null,"GenericError","",{}]`, true);
checkIgnored("row 11: a CALLERROR without a code", `[4,"x"]`, true);
checkIgnored("row 11: a CALLERROR with a number for a code", `[4,"x",1,"",{}]`, true);
check("row 11: a CALLERROR without the rest", `[4,"x","InternalError"]`, error("x", "InternalError"));
check(
  "row 11: a CALLERROR with null for the rest",
  `[4,"x","InternalError",null,null]`,
  error("x", "InternalError"),
);
check(
  "row 11: a CALLERROR with an array for details",
  `[4,"x","InternalError","no",[1]]`,
  error("x", "InternalError", "no"),
);
check(
  "row 11: an unknown code",
  `[4,"x","Frobnicated","why",{}]`,
  error("x", "GenericError", "Frobnicated: why"),
);
check(
  "row 11: a code that every object has",
  `[4,"x","constructor","",{}]`,
  error("x", "GenericError", "constructor: "),
);
check(
  "row 11: a description without end",
  `[4,"x","GenericError","${"y".repeat(1_000)}",{}]`,
  error("x", "GenericError", "y".repeat(255)),
);
check(
  "row 11: FormatViolation, the intended word",
  `[4,"x","FormatViolation","",{}]`,
  error("x", "FormationViolation"),
);
check(
  "row 11: OccurrenceConstraintViolation, the intended word",
  `[4,"x","OccurrenceConstraintViolation","",{}]`,
  error("x", "OccurenceConstraintViolation"),
);

// Row 12: actions. What is a name is a frame; the table of actions answers it (actions_test.ts).
check("row 12: an unknown action", `[2,"x","Frobnicate",{}]`, call("x", "Frobnicate"));
check("row 12: an empty action", `[2,"x","",{}]`, call("x", ""));
check("row 12: an action of 1 MB", `[2,"x","${"A".repeat(1_000_000)}",{}]`, call("x", "A".repeat(1_000_000)));
checkRefused("row 12: an action that is no string", `[2,"x",7,{}]`, "x");
checkRefused("row 12: an action that is null", `[2,"x",null,{}]`, "x");

// Row 14: depth, breadth and names.
function deep(levels: number): string {
  return `[2,"x","Reset",${`{"a":`.repeat(levels - 1)}1${"}".repeat(levels - 1)}]`;
}
test("parseFrame: row 14: 32 levels are a frame", () => assertEquals(parseFrame(deep(32)).kind, "frame"));
checkRefused("row 14: 33 levels", deep(33), "x");
checkRefused("row 14: depth 1,000", `[2,"x","Reset",${"[".repeat(1_000)}`, "x");
checkRefused("row 14: depth 100,000", `[2,"x","Reset",${"[".repeat(100_000)}${"]".repeat(100_000)}]`, "x");
checkIgnored("row 14: depth 5,000,000 without an id", "[".repeat(5_000_000), true);
checkIgnored("row 14: depth in an answer", `[3,"x",${"[".repeat(100)}${"]".repeat(100)}]`, true);
check(
  "row 14: brackets in a text are no depth",
  `[2,"x","DataTransfer",{"data":"${`[{\\"`.repeat(100)}"}]`,
  call("x", "DataTransfer", { data: `[{"`.repeat(100) }),
);
checkRefused(
  "row 14: depth after a text that ends with a backslash",
  `[2,"x","Reset",["\\\\",${"[".repeat(100)}`,
  "x",
);
check(
  "row 14: of duplicate keys the last counts",
  `[2,"x","Reset",{"type":"Hard","type":"Soft"}]`,
  call("x", "Reset", { type: "Soft" }),
);
test("parseFrame: row 14: __proto__ is a property like any other", () => {
  const parsed = parseFrame(`[2,"x","Reset",{"__proto__":{"type":"Hard"},"toJSON":1,"then":1,"length":1}]`);
  assert(parsed.kind === "frame" && parsed.frame.kind === "Call");
  assertEquals(Object.keys(parsed.frame.payload as object), ["__proto__", "toJSON", "then", "length"]);
  assertEquals((parsed.frame.payload as { type?: unknown }).type, undefined);
});
test("parseFrame: row 14: lists beside each other are no depth", () => {
  assertEquals(parseFrame(`[2,"x","Reset",[${"[],{},".repeat(100)}1]]`).kind, "frame");
});
function keys(count: number): string {
  return Array.from({ length: count }, (_, at) => `"k${at}":1`).join(",");
}
test("parseFrame: row 14: 10,000 keys are a frame", () => {
  assertEquals(parseFrame(`[2,"x","Reset",{${keys(10_000)}}]`).kind, "frame");
});
checkRefused("row 14: 20,000 keys", `[2,"x","Reset",{${keys(20_000)}}]`, "x");
checkRefused("row 14: an array of 1 M", `[2,"x","Reset",[${"1,".repeat(999_999)}1]]`, "x");
checkIgnored("row 14: an array of 1 M in an answer", `[3,"x",[${"1,".repeat(999_999)}1]]`, true);
check(
  "row 14: commas in a text are no values",
  `[2,"x","DataTransfer",{"data":"${",".repeat(30_000)}"}]`,
  call("x", "DataTransfer", { data: ",".repeat(30_000) }),
);

test("parseFrame: what it says of a broken text quotes nothing of it", () => {
  for (
    const text of [
      `[2,"x","ChangeConfiguration",{"key":"AuthorizationKey","value":"secret`,
      `{"value":"secret"}`,
    ]
  ) {
    const parsed = parseFrame(text);
    assert(parsed.kind === "ignored");
    assert(!parsed.why.includes("secret"), parsed.why);
  }
});

test("parseJson: is the same reading without a frame", () => {
  assertEquals(parseJson(`{"a":1}`), { kind: "json", value: { a: 1 } });
  assertEquals(parseJson("nothing"), { kind: "notJson" });
  assertEquals(parseJson("[".repeat(33)), {
    kind: "tooMuch",
    why: "the text is nested deeper than 32 levels",
  });
  assertEquals(parseJson(",".repeat(20_001)), {
    kind: "tooMuch",
    why: "the text has more than 20000 values",
  });
  assertEquals(parseJson("[".repeat(32)), { kind: "notJson" });
});

test("formatCall, formatCallResult, formatCallError: write what parseFrame reads", () => {
  const call = { kind: "Call", id: "1", action: "Reset", payload: { type: "Hard" } } as const;
  const result = { kind: "CallResult", id: "2", payload: {} } as const;
  const error: CallError = {
    ...callError("3", "OccurenceConstraintViolation", "d"),
    errorDetails: { a: [1] },
  };
  assertEquals(formatCall(call), `[2,"1","Reset",{"type":"Hard"}]`);
  assertEquals(formatCallResult(result), `[3,"2",{}]`);
  assertEquals(formatCallError(error), `[4,"3","OccurenceConstraintViolation","d",{"a":[1]}]`);
  assertEquals(parseFrame(formatCall(call)), { kind: "frame", frame: call });
  assertEquals(parseFrame(formatCallResult(result)), { kind: "frame", frame: result });
  assertEquals(parseFrame(formatCallError(error)), { kind: "frame", frame: error });
});

test("formatCallError: cuts the description to 255 characters, and no character in half", () => {
  const text = formatCallError(callError("1", "GenericError", `${"x".repeat(254)}🔌${"x".repeat(99)}`));
  assertEquals(JSON.parse(text)[3], `${"x".repeat(254)}\ufffd`);
});

test("formatCallError: an id that came as a lone surrogate goes back as it came, in ASCII", () => {
  assertEquals(
    formatCallError(callError("\ud800", "FormationViolation", "")),
    `[4,"\\ud800","FormationViolation","",{}]`,
  );
});
