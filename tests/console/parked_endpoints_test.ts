/** `/parked`: what is told of parked transactions, and what comes of a wish (decision D-parked). */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ParkedOutcome } from "../../actors/archive.ts";
import type { OutboxMessage } from "../../actors/outbox_message.ts";
import { ParkedAnswer, ParkedTransactionAnswer } from "../../console/answers.ts";
import { answer } from "../../console/endpoint.ts";
import { parkedEndpoints } from "../../console/parked_endpoints.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { ArchiveRecord, OutboxRecord } from "../../storage/records.ts";
import type { Store, Value } from "../../storage/store.ts";

const started = Date.UTC(2026, 0, 1);
const start = { connectorId: 1, idTag: "ALICE", meterStart: 100, timestamp: "2026-01-01T00:00:00.000Z" };
const stop = { meterStop: 5_100, timestamp: "2026-01-01T01:00:00.000Z", reason: "Local" } as const;

function archived(
  message: OutboxRecord["message"],
  record: Partial<ArchiveRecord> = {},
): ArchiveRecord {
  return { message, why: "refused", parkedMs: started + 3_000, failures: 1, ...record };
}

/** Transaction 5 has its start parked, of transaction 9 the stop alone. */
async function parkedStore(): Promise<Store> {
  const { store } = createMemoryStore();
  const sets: { key: readonly (string | number)[]; value: Value }[] = [
    { key: ["parked", 5], value: {} },
    {
      key: ["archive", 5, 6],
      value: archived({ action: "StartTransaction", localId: 5, payload: start }, {
        failures: 2,
        refusals: [
          {
            kind: "error",
            atMs: started + 1_000,
            errorCode: "InternalError",
            errorDescription: "no database",
          },
          { kind: "timeout", atMs: started + 2_000 },
        ],
      }),
    },
    {
      key: ["archive", 5, 7],
      value: archived({
        action: "MeterValues",
        localId: 5,
        payload: {
          connectorId: 1,
          meterValue: [{ timestamp: start.timestamp, sampledValue: [{ value: "7" }] }],
        },
      }, { why: "noTransactionId", failures: 0 }),
    },
    {
      key: ["archive", 5, 8],
      value: archived({ action: "StopTransaction", localId: 5, payload: stop }, {
        why: "noTransactionId",
        failures: 0,
      }),
    },
    {
      key: ["parked", 9],
      value: { answer: { transactionId: 4711, accepted: true, start: { ...start, idTag: "BOB" } } },
    },
    { key: ["archive", 9, 12], value: archived({ action: "StopTransaction", localId: 9, payload: stop }) },
  ];
  assertEquals((await store.commit({ sets })).kind, "committed");
  return store;
}

interface Scene {
  readonly store: Store;
  readonly heard: OutboxMessage[];
  readonly get: (path: string) => Promise<readonly [status: number, body: unknown]>;
  readonly post: (path: string, body?: string) => Promise<readonly [status: number, body: unknown]>;
  readonly pass: (ms: number) => Promise<void>;
}

/** An outbox that says what became of a wish; `off` is a charger without a tree. */
async function scene(says: ParkedOutcome | "nothing" | "off"): Promise<Scene> {
  const clock = createSimulatedClock({ startWallMs: started });
  const store = await parkedStore();
  const heard: OutboxMessage[] = [];
  const outbox = {
    id: "outbox",
    send: (message: OutboxMessage) => {
      heard.push(message);
      if (message.kind !== "ResendParked" && message.kind !== "DiscardParked") return true;
      if (says !== "nothing" && says !== "off") message.reply(says);
      return true;
    },
  };
  const endpoints = parkedEndpoints({
    clock,
    charger: () => says === "off" ? null : { addresses: { outbox }, store },
  });
  async function ask(path: string, request: RequestInit) {
    const response = await answer(
      endpoints,
      new Request(`http://charger${path}`, request),
      Promise.resolve(),
    );
    return [response.status, await response.json()] as const;
  }
  return {
    store,
    heard,
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, { method: "POST", ...(body === undefined ? {} : { body }) }),
    pass: (ms) => clock.advance(ms),
  };
}

Deno.test("GET /parked: each transaction with what was refused, and the central system's answers", async () => {
  const { get } = await scene("done");
  const [status, body] = await get("/parked");
  const { at, total, transactions } = ParkedAnswer.parse(body);
  assertEquals([status, at, total], [200, "2026-01-01T00:00:00.000Z", 2]);
  assertEquals(transactions[0], {
    localId: 5,
    state: "parked",
    transactionId: null,
    connectorId: 1,
    idTag: "ALICE",
    reservationId: null,
    startedAt: "2026-01-01T00:00:00.000Z",
    meterStartWh: 100,
    stoppedAt: "2026-01-01T01:00:00.000Z",
    meterStopWh: 5_100,
    kept: 3,
    messages: [{
      action: "StartTransaction",
      why: "refused",
      parkedAt: "2026-01-01T00:00:03.000Z",
      failures: 2,
      answers: [
        {
          at: "2026-01-01T00:00:01.000Z",
          kind: "error",
          errorCode: "InternalError",
          errorDescription: "no database",
        },
        { at: "2026-01-01T00:00:02.000Z", kind: "timeout" },
      ],
      payload: start,
    }],
    unreadable: [],
  });
  const [, bob] = transactions;
  assertEquals([bob?.transactionId, bob?.idTag, bob?.meterStartWh, bob?.meterStopWh], [
    4711,
    "BOB",
    100,
    5_100,
  ]);
});

Deno.test("GET /parked: a transaction that goes on, one whose messages wait, and one that is sent again say so", async () => {
  const { store, get } = await scene("done");
  const states = async () =>
    ParkedAnswer.parse((await get("/parked"))[1]).transactions.map(({ state }) => state);
  const waits: OutboxRecord = {
    message: { action: "StopTransaction", localId: 9, payload: stop },
    failures: 0,
  };
  await store.commit({
    sets: [
      {
        key: ["transaction", 1],
        value: { localId: 5, boot: 1, idTag: "ALICE" },
      },
      { key: ["outbox", 20], value: waits },
    ],
  });
  assertEquals(await states(), ["open", "open"]);
  await store.commit({
    sets: [{ key: ["resend", 9], value: { after: 0, failures: 0 } }],
    deletes: [["transaction", 1], ["outbox", 20]],
  });
  assertEquals(await states(), ["parked", "resending"]);
});

Deno.test("GET /parked: of many the first 200, how many there are in all, and where it goes on", async () => {
  const { store, get } = await scene("done");
  const sets = Array.from({ length: 300 }, (_, index) => ({ key: ["parked", 1_000 + index], value: {} }));
  await store.commit({ sets });
  const page = async (path: string) => {
    const { total, next, transactions } = ParkedAnswer.parse((await get(path))[1]);
    const localIds = transactions.map(({ localId }) => localId);
    return [total, next, localIds.length, localIds.at(0), localIds.at(-1)];
  };
  assertEquals(await page("/parked"), [302, 1_197, 200, 5, 1_197]);
  assertEquals(await page("/parked?after=1197"), [302, null, 102, 1_198, 1_299]);
  assertEquals(await page("/parked?after=1099"), [302, null, 200, 1_100, 1_299]);
  assertEquals(await page("/parked?after=7"), [302, 1_198, 200, 9, 1_198]);
  assertEquals(await page("/parked?after=1299"), [302, null, 0, undefined, undefined]);
});

Deno.test("GET /parked/{localId}: the export has every message that is kept", async () => {
  const { get, heard } = await scene("done");
  const [status, body] = await get("/parked/5");
  const { transaction } = ParkedTransactionAnswer.parse(body);
  assertEquals([status, transaction.messages.map(({ action, why }) => [action, why])], [200, [
    ["StartTransaction", "refused"],
    ["MeterValues", "noTransactionId"],
    ["StopTransaction", "noTransactionId"],
  ]]);
  assertEquals(heard, [{ kind: "ParkedExported", localId: 5 }], "the log is to say so");
});

Deno.test("POST /parked/{localId}/resend and /discard: the outbox is asked, and its word is the answer", async () => {
  const { post, heard } = await scene("done");
  assertEquals(await post("/parked/5/resend"), [202, { accepted: "resend" }]);
  assertEquals(await post("/parked/9/discard", `{"reason":" paid in cash "}`), [200, { discarded: 9 }]);
  assertEquals(
    heard.map((message) => "localId" in message ? [message.kind, message.localId] : []),
    [["ResendParked", 5], ["DiscardParked", 9]],
  );
  assertEquals(heard.map((message) => "reason" in message ? message.reason : null), [null, "paid in cash"]);
});

/** One line a case: what the outbox says, the status, and what the sentence must have. */
function checkRefused(says: ParkedOutcome, status: number, words: string): void {
  Deno.test(`POST /parked/{localId}/…: ${says} is ${status}, and says what to do`, async () => {
    const { post } = await scene(says);
    for (const [wish, body] of [["resend", undefined], ["discard", `{"reason":"cash"}`]] as const) {
      const [told, refusal] = await post(`/parked/5/${wish}`, body);
      assertEquals(told, status);
      assertStringIncludes((refusal as { error: string }).error, words);
    }
  });
}

checkRefused("unknown", 404, "nothing of it is parked");
checkRefused("open", 409, "wait until transaction 5 has ended and its StopTransaction has been sent");
checkRefused("resending", 409, "wait until transaction 5 has been sent again");
checkRefused("idLost", 409, "export transaction 5 and discard it");
checkRefused("refused", 503, "make room on the charger's disk");

Deno.test("/parked: bad input is 400 or 404, and nobody is asked", async () => {
  const { get, post, heard } = await scene("done");
  const name = 'name a transaction by the localId that GET /parked tells, a whole number, not "five"';
  assertEquals(await get("/parked/five"), [400, { error: name }]);
  assertEquals(await post("/parked/five/resend"), [400, { error: name }]);
  assertEquals((await get("/parked/6"))[0], 404);
  for (const after of ["", "five", "-1", "1.5"]) {
    const error = `give after=… the next that GET /parked tells, a whole number, not "${after}"`;
    assertEquals(await get(`/parked?after=${after}`), [400, { error }]);
  }
  const wrong = [
    "",
    "{}",
    `{"reason":7}`,
    `{"reason":""}`,
    `{"reason":"  "}`,
    `{"reason":"${"x".repeat(501)}"}`,
    `{"reason":"cash","who":"me"}`,
  ];
  for (const body of wrong) assertEquals((await post("/parked/5/discard", body))[0], 400, body);
  assertEquals((await post("/parked/5/discard", "{}"))[1], {
    error: "reason: write a string; it is missing",
  });
  assertEquals(heard, []);
});

Deno.test("/parked: without a tree 503, and without an answer in a minute 504", async () => {
  const off = await scene("off");
  assertEquals([(await off.get("/parked"))[0], (await off.post("/parked/5/resend"))[0]], [503, 503]);
  const silent = await scene("nothing");
  const answered = silent.post("/parked/5/resend");
  await Promise.resolve();
  await silent.pass(60_000);
  assertEquals((await answered)[0], 504);
});
