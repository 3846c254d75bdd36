/** The tool fails a case whenever the charge point says what it should not, when it should not, or how it should not. */
import { assertEquals, assertRejects } from "@std/assert";
import { Conversation } from "./conversation.ts";
import { authorize, type Expected, local, start, status, stop } from "./expected.ts";
import { assertPeriodic, assertWaited } from "./spacing.ts";

const preparing = ["StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Preparing" }];
const charging = ["StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Charging" }];
const finishing = ["StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Finishing" }];
const authorizes = ["Authorize", { idTag: "A" }];
const starts = ["StartTransaction", {
  connectorId: 1,
  idTag: "A",
  meterStart: 0,
  timestamp: "2026-01-01T00:00:00Z",
}];
const stops = ["StopTransaction", { transactionId: 4_711, meterStop: 0, timestamp: "2026-01-01T00:00:00Z" }];
const samples = ["MeterValues", {
  connectorId: 1,
  meterValue: [{ timestamp: "2026-01-01T00:00:00Z", sampledValue: [{ value: "1" }] }],
}];

const started = start(1, "A");
const stopped = stop(4_711, local);

Deno.test("what comes in the order that is expected passes", async () => {
  const { tool, says } = talk();
  says(preparing, authorizes, starts, charging, stops, finishing);
  const heard = await tool.expect(
    status(1, "Preparing"),
    authorize("A"),
    started,
    status(1, "Charging"),
    stopped,
    status(1, "Finishing"),
  );
  assertEquals(heard.map(({ action }) => action).slice(1, 3), ["Authorize", "StartTransaction"]);
  await tool.silence();
});

for (
  const [title, said, order] of [
    ["Charging before StartTransaction", [charging, starts], [started, status(1, "Charging")]],
    ["StartTransaction before Charging", [starts, charging], [status(1, "Charging"), started]],
    ["Finishing before StopTransaction", [finishing, stops], [stopped, status(1, "Finishing")]],
    ["samples in between", [preparing, samples, authorizes], [status(1, "Preparing"), authorize("A")]],
  ] as const
) {
  Deno.test(`an exception of the lab's to the order: ${title}`, async () => {
    const { tool, says } = talk();
    says(...said);
    await tool.expect(...order);
  });
}

for (
  const [title, said, order, complaint] of [
    ["in another order", [authorizes, preparing], [status(1, "Preparing"), authorize("A")], "but heard Auth"],
    ["with another field", [preparing], [status(2, "Preparing")], "but heard StatusNotification"],
    ["with a field too many", [["StartTransaction", { ...starts[1] as object, reservationId: 3 }]], [
      started,
    ], "but heard StartTransaction"],
    [
      "with an error code",
      [["StatusNotification", {
        connectorId: 1,
        errorCode: "OtherError",
        status: "Preparing",
      }]],
      [status(1, "Preparing")],
      "but heard StatusNotification",
    ],
    ["that is no message of OCPP", [["Autorize", {}]], [authorize("A")], "OCPP 1.6 has no Autorize.req"],
    [
      "that the schemas refuse",
      [["Authorize", { idTag: "A", more: 1 }]],
      [authorize("A")],
      "additional prop",
    ],
  ] as const
) {
  Deno.test(`a message ${title} fails the case`, async () => {
    const { tool, says } = talk();
    says(...said);
    await assertRejects(() => tool.expect(...order as readonly Expected[]), Error, complaint);
  });
}

Deno.test("silence is broken by any message, but for one that was allowed", async () => {
  const broken = talk();
  broken.says(preparing);
  await assertRejects(() => broken.tool.silence(), Error, "heard StatusNotification");
  const { tool, says } = talk();
  tool.allow(status(1, "Preparing"));
  says(preparing, preparing);
  await tool.silence();
});

Deno.test("silence is broken by what comes while it lasts", async () => {
  const { tool, says } = talk();
  const silence = tool.silence(1);
  says(authorizes);
  await assertRejects(() => silence, Error, "heard Authorize");
});

Deno.test("a message that follows from a CALL must not come before its answer", async () => {
  const { tool, says } = talk((answer) => {
    says(finishing);
    answer();
  });
  const stop = { transactionId: 4_711 };
  await assertRejects(
    () => tool.call("RemoteStopTransaction", stop),
    Error,
    "before the answer to RemoteStop",
  );
});

Deno.test("an answer that the schemas refuse, or that nobody waits for, fails the case", async () => {
  const bad = talk(undefined, { status: "Perhaps" });
  await assertRejects(() => bad.tool.call("ClearCache", {}), Error, "ClearCache.conf");
  const { tool } = talk();
  tool.received(JSON.stringify([3, "unasked", {}]));
  await assertRejects(() => tool.silence(), Error, "does not wait");
});

Deno.test("a frame that is none, and a message id used twice, fail the case", async () => {
  for (const text of ["{", '{"a":1}', "[5]", '[2,"1","Heartbeat"]', '[2,"1","Heartbeat",{},0]']) {
    const { tool } = talk();
    tool.received(text);
    await assertRejects(() => tool.silence(), Error);
  }
  const { tool } = talk();
  for (let twice = 0; twice < 2; twice += 1) tool.received('[2,"1","Heartbeat",{}]');
  await assertRejects(() => tool.silence(), Error, "a second time");
});

Deno.test("a wait that is too short, and a beat that is missing or too many, fail the case", async () => {
  assertWaited("it", 2_000, 2);
  assertPeriodic("beats", [0, 1_100, 1_990], 1);
  await assertRejects(async () => await assertWaited("it", 1_500, 2), Error, "not 2 s");
  await assertRejects(async () => await assertPeriodic("beats", [0, 1_000, 3_000], 1));
  await assertRejects(async () => await assertPeriodic("beats", [0, 1_000, 1_100], 1));
});

/** A tool, and a charge point that says what it is told to and answers each CALL so. */
function talk(answering: (answer: () => void) => void = (answer) => answer(), payload: unknown = {}) {
  const tool = new Conversation();
  let id = 0;
  tool.connected((text) => {
    const [type, asked, action] = JSON.parse(text);
    if (type !== 2) return;
    const fence = action === "GetConfiguration" ? { configurationKey: [] } : { status: "Accepted" };
    const said = Object.keys(payload as object).length === 0 ? fence : payload;
    answering(() => tool.received(JSON.stringify([3, asked, said])));
  });
  const says = (...messages: readonly (readonly unknown[])[]) => {
    for (const message of messages) tool.received(JSON.stringify([2, String(id++), ...message]));
  };
  return { tool, says };
}
