/** `POST /data-transfer`: what goes to the central system, and what comes back of it (OCPP 1.6 §4.3). */
import { assertEquals } from "@std/assert";
import type { OutboxMessage } from "../../actors/outbox_message.ts";
import { dataTransferEndpoint } from "../../console/data_transfer.ts";
import { answer } from "../../console/endpoint.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import type { CallOutcome } from "../../protocol/answer.ts";

interface Scene {
  /** What was handed to the outbox, in order. */
  readonly heard: OutboxMessage[];
  /** Resolves when a message of this kind has been handed over. */
  readonly hears: (kind: "TellOnline" | "SendCall") => Promise<void>;
  readonly post: (body: string) => Promise<readonly [status: number, body: unknown]>;
  readonly pass: (ms: number) => Promise<void>;
}

type Says = CallOutcome<unknown> | "nothing";

/** An outbox that says whether it is online, and then how the CALL ended. */
function scene(online: boolean | "nothing" | "full" | "absent", says: Says = "nothing"): Scene {
  const clock = createSimulatedClock({ startWallMs: 0 });
  const heard: OutboxMessage[] = [];
  const moments = { TellOnline: Promise.withResolvers<void>(), SendCall: Promise.withResolvers<void>() };
  const outbox = {
    id: "outbox",
    send: (message: OutboxMessage) => {
      if (online === "full") return false;
      heard.push(message);
      if (message.kind === "TellOnline" || message.kind === "SendCall") moments[message.kind].resolve();
      if (message.kind === "TellOnline" && online !== "nothing") message.reply(online === true);
      if (message.kind === "SendCall" && says !== "nothing") message.reply(says);
      return true;
    },
  };
  const endpoint = dataTransferEndpoint({ clock, outbox: () => online === "absent" ? null : outbox });
  return {
    heard,
    hears: (kind) => moments[kind].promise,
    post: async (body) => {
      const request = new Request("http://charger/data-transfer", { method: "POST", body });
      const response = await answer([endpoint], request, Promise.resolve());
      return [response.status, await response.json()];
    },
    pass: (ms) => clock.advance(ms),
  };
}

const body = `{"vendorId":"com.example","messageId":"Hello","data":"{}"}`;

Deno.test("POST /data-transfer: is sent as it is, and answered with the central system's own answer", async () => {
  const { post, heard } = scene(true, { kind: "result", payload: { status: "Accepted", data: "hi" } });
  assertEquals(await post(body), [200, { status: "Accepted", data: "hi" }]);
  const sent = heard.filter((message) => message.kind === "SendCall");
  assertEquals(sent.map(({ action, payload, callClass }) => [action, payload, callClass]), [
    ["DataTransfer", JSON.parse(body), "ordinary"],
  ]);
});

Deno.test("POST /data-transfer: a refusal is an answer too", async () => {
  const { post } = scene(true, { kind: "result", payload: { status: "UnknownVendorId" } });
  assertEquals(await post(`{"vendorId":"com.example"}`), [200, { status: "UnknownVendorId" }]);
});

Deno.test("POST /data-transfer: what is no DataTransfer.req is 400 and is not sent", async () => {
  const { post, heard } = scene(true);
  for (
    const [wrong, error] of [
      [
        "",
        "write JSON, without comments and without a comma after the last field: it stops being that at its end, or before",
      ],
      ["{}", "vendorId: write a string; it is missing"],
      [`{"vendorId":7}`, "vendorId: write a string, not 7"],
      [`{"vendorId":"v","data":{}}`, "data: write a string, not an object"],
      [
        `{"vendorId":"v","mesageId":"m"}`,
        'remove the field "mesageId", which is not known; did you mean "messageId"?',
      ],
    ]
  ) assertEquals(await post(wrong ?? ""), [400, { error }]);
  assertEquals(heard, []);
});

Deno.test("POST /data-transfer: while the central system cannot be asked it is 503, and nothing is sent", async () => {
  for (const online of [false, "full", "absent"] as const) {
    const { post, heard } = scene(online);
    assertEquals((await post(body))[0], 503);
    assertEquals(heard.filter(({ kind }) => kind === "SendCall"), []);
  }
});

Deno.test("POST /data-transfer: an outbox that is down for 2 s is 503", async () => {
  const { post, pass, hears } = scene("nothing");
  const told = post(body);
  await hears("TellOnline");
  await pass(2_000);
  assertEquals((await told)[0], 503);
});

Deno.test("POST /data-transfer: a CALLERROR is 502, a lost link 503, no answer 504", async () => {
  const failed = { kind: "error", errorCode: "NotSupported", errorDescription: "no vendors here" } as const;
  assertEquals(await scene(true, failed).post(body), [502, {
    error: "CALLERROR NotSupported: no vendors here",
  }]);
  assertEquals((await scene(true, { kind: "offline" }).post(body))[0], 503);
  assertEquals((await scene(true, { kind: "timeout" }).post(body))[0], 504);
});

Deno.test("POST /data-transfer: an outbox that crashed with it is 504 after a minute", async () => {
  const { post, pass, hears } = scene(true);
  const told = post(body);
  await hears("SendCall");
  await pass(60_000);
  assertEquals((await told)[0], 504);
});
