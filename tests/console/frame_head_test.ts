/** The head of a frame's text (OCPP-J 1.6 §4.2). */
import { assertEquals } from "@std/assert";
import { type FrameHead, frameHead } from "../../console/frame_head.ts";
import { formatCall, formatCallError, formatCallResult } from "../../protocol/frame.ts";
import { redactFrame } from "../../protocol/redact.ts";

/** One line a case: a text, and the head that it has. */
function check(sentence: string, text: string, expected: FrameHead | null): void {
  Deno.test({ name: `frame head: ${sentence}`, permissions: "none" }, () => {
    assertEquals(frameHead(text), expected);
  });
}

const call = { kind: "Call", id: "7f-1", action: "Authorize", payload: { idTag: "04AABBCC" } } as const;
const error = {
  kind: "CallError",
  id: "7f-1",
  errorCode: "GenericError",
  errorDescription: 'a "quoted" word]',
  errorDetails: {},
} as const;

check("a Call has an action", formatCall(call), { kind: "Call", id: "7f-1", action: "Authorize" });
check("a CallResult has none", formatCallResult({ kind: "CallResult", id: "7f-1", payload: {} }), {
  kind: "CallResult",
  id: "7f-1",
  action: "",
});
check("a CallError's code is no action", formatCallError(error), {
  kind: "CallError",
  id: "7f-1",
  action: "",
});
check("white space stands anywhere", ' [ 2 ,\n"a" , "Heartbeat" , {} ] \n', {
  kind: "Call",
  id: "a",
  action: "Heartbeat",
});
check("an id may be empty", '[3,"",{}]', { kind: "CallResult", id: "", action: "" });
check("an id is taken as it is spelt", '[3,"\\"\\u0041",{}]', {
  kind: "CallResult",
  id: '\\"\\u0041',
  action: "",
});
check(
  "a frame with its secret hidden is one",
  redactFrame('[2,"1","X",{"key":"AuthorizationKey","value":"s"}]'),
  {
    kind: "Call",
    id: "1",
    action: "X",
  },
);
check(
  "what a broken text is described as is none",
  redactFrame('[2,"1","X",{"key":"AuthorizationKey"'),
  null,
);
check("an id may have 36 characters", `[3,"${"x".repeat(36)}",{}]`, {
  kind: "CallResult",
  id: "x".repeat(36),
  action: "",
});
check("a longer id is none", `[3,"${"x".repeat(37)}",{}]`, null);
check("a Call without an action is none", '[2,"a",{}]', null);
check("another message type is none", '[5,"a",{}]', null);
check("type 22 is none", '[22,"a","Heartbeat",{}]', null);
check("a number is no id", '[2,1,"Heartbeat",{}]', null);
check("an object is none", '{"2":"a"}', null);
check("nothing is none", "", null);
