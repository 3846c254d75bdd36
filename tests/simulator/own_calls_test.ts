/** The small central system's own CALLs, where no socket is needed to see them end. */
import { assertEquals } from "@std/assert";
import { OwnCalls } from "../../simulator/own_calls.ts";

Deno.test({
  name: "own calls: without an answer there is a time-out, and a later answer is a stranger",
  permissions: "none",
}, async () => {
  const calls = new OwnCalls(0);
  let id = "";
  const outcome = calls.send("Reset", { type: "Soft" }, (text) => {
    id = JSON.parse(text)[1];
    return true;
  });
  assertEquals(await outcome, { kind: "timeout" });
  const late = calls.answered({ kind: "CallResult", id, payload: { status: "Accepted" } });
  assertEquals(late, `answered the CALL "${id}", which does not wait`);
});

Deno.test({
  name: "own calls: ids are new each time, and at most 36 characters (OCPP-J 1.6 §4.1.4)",
  permissions: "none",
}, async () => {
  const calls = new OwnCalls(60_000);
  const ids: string[] = [];
  const outcomes = ["Reset", "Reset"].map((action) =>
    calls.send(action, { type: "Soft" }, (text) => ids.push(JSON.parse(text)[1]) > 0)
  );
  calls.disconnected();
  assertEquals(await Promise.all(outcomes), [{ kind: "offline" }, { kind: "offline" }]);
  assertEquals(new Set(ids).size, 2);
  assertEquals(ids.map((id) => id.length), [36, 36]);
});
