/** The small central system over a real socket: what it tells, what it refuses, and how a test bends it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
// @ts-types="@types/ws"
import WebSocket from "ws";
import type {
  CentralSystem,
  CentralSystemEvent,
  CentralSystemOptions,
} from "../../simulator/central_system.ts";
import { startCentralSystem } from "../../simulator/central_system.ts";

const NOW_MS = Date.UTC(2024, 0, 31, 12);
const PERMISSIONS: Deno.PermissionOptions = {
  net: ["127.0.0.1"],
  env: ["WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"],
  read: true,
};
const HEARTBEAT = '[2,"h","Heartbeat",{}]';
const HEARTBEAT_ANSWER = '[3,"h",{"currentTime":"2024-01-31T12:00:00.000Z"}]';

/** The far end, by hand. `next` is the next text that comes, or `closed CODE`. */
interface Peer {
  readonly send: (text: string | Uint8Array) => void;
  readonly next: () => Promise<string>;
  readonly socket: WebSocket;
}

function dial(
  url: string,
  protocols: readonly string[] = ["ocpp1.6"],
  headers: Record<string, string> = {},
): Promise<Peer> {
  const socket = new WebSocket(url, [...protocols], { headers });
  const come: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  const push = (text: string) => {
    const waiter = waiting.shift();
    if (waiter === undefined) come.push(text);
    else waiter(text);
  };
  socket.on("message", (data) => push(data.toString()));
  socket.on("close", (code) => push(`closed ${code}`));
  const next = () => {
    const text = come.shift();
    return text === undefined
      ? new Promise<string>((resolve) => waiting.push(resolve))
      : Promise.resolve(text);
  };
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => resolve({ send: (text) => socket.send(text), next, socket }));
  });
}

interface Scene {
  readonly central: CentralSystem;
  readonly events: CentralSystemEvent[];
  /** Resolves when one event more of that kind has been told. */
  readonly told: (kind: CentralSystemEvent["kind"]) => Promise<CentralSystemEvent>;
}

function check(
  sentence: string,
  play: (scene: Scene) => Promise<void>,
  options: Partial<CentralSystemOptions> = {},
): void {
  Deno.test({ name: `central system: ${sentence}`, permissions: PERMISSIONS }, async () => {
    const events: CentralSystemEvent[] = [];
    const waiting: { readonly kind: string; readonly resolve: (event: CentralSystemEvent) => void }[] = [];
    const listen = (event: CentralSystemEvent) => {
      events.push(event);
      const at = waiting.findIndex(({ kind }) => kind === event.kind);
      if (at >= 0) waiting.splice(at, 1)[0]?.resolve(event);
    };
    const central = await startCentralSystem({ wallMs: () => NOW_MS, listen, ...options });
    const told: Scene["told"] = (kind) => new Promise((resolve) => waiting.push({ kind, resolve }));
    try {
      await play({ central, events, told });
    } finally {
      await central.stop();
    }
  });
}

check("answers, and tells who came and what was said", async ({ central, events }) => {
  const peer = await dial(`${central.url}/RDAM%20123`);
  peer.send(HEARTBEAT);
  assertEquals(await peer.next(), HEARTBEAT_ANSWER);
  assertEquals(peer.socket.protocol, "ocpp1.6");
  assertEquals(events, [
    { kind: "Connected", chargePointId: "RDAM 123", basicAuth: null },
    { kind: "Received", action: "Heartbeat", payload: {} },
  ]);
});

// The example of the security white paper (A00.FR.204).
check("records Basic credentials byte by byte", async ({ central, events }) => {
  await dial(`${central.url}/AL1000`, ["ocpp1.6"], {
    authorization: "Basic QUwxMDAwOgABAgMEBQYH////////////////",
  });
  const password = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, ...Array<number>(12).fill(255));
  assertEquals(events, [{
    kind: "Connected",
    chargePointId: "AL1000",
    basicAuth: { username: "AL1000", password },
  }]);
});

check("bills a whole transaction", async ({ central, told }) => {
  const peer = await dial(`${central.url}/CP001`);
  const time = "2024-01-31T12:00:00Z";
  const billed = told("Billed");
  peer.send(`[2,"1","StartTransaction",{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"${time}"}]`);
  assertEquals(await peer.next(), '[3,"1",{"transactionId":1,"idTagInfo":{"status":"Accepted"}}]');
  peer.send(`[2,"2","StopTransaction",{"transactionId":1,"meterStop":3000,"timestamp":"${time}"}]`);
  assertEquals(await peer.next(), '[3,"2",{}]');
  const event = await billed;
  assertEquals(event.kind === "Billed" && event.bill.amountCents, 90);
  assertEquals(central.ledger.entries.length, 1);
}, { centsPerKwh: 30 });

check("closes on who offers another sub-protocol", async ({ central, told, events }) => {
  const violated = told("Violated");
  const peer = await dial(`${central.url}/CP001`, []);
  assertEquals(await peer.next(), "closed 1002");
  assertEquals(await violated, { kind: "Violated", why: "offered no sub-protocol ocpp1.6" });
  assertEquals(events.length, 1);
});

check("closes on a binary message", async ({ central, told }) => {
  const violated = told("Violated");
  const peer = await dial(`${central.url}/CP001`);
  peer.send(new TextEncoder().encode(HEARTBEAT));
  assertEquals(await peer.next(), "closed 1003");
  assertEquals(await violated, { kind: "Violated", why: "sent a binary message" });
});

check("answers a CALL that its schema refuses with an error, and tells", async ({ central, told }) => {
  const violated = told("Violated");
  const peer = await dial(`${central.url}/CP001`);
  peer.send('[2,"b","BootNotification",{"chargePointVendor":"V"}]');
  assertStringIncludes(await peer.next(), '[4,"b","ProtocolError",');
  const event = await violated;
  assertStringIncludes(event.kind === "Violated" ? event.why : "", "sent BootNotification: ");
});

check("tells of a broken frame and stays", async ({ central, told }) => {
  const violated = told("Violated");
  const peer = await dial(`${central.url}/CP001`);
  peer.send("[2,");
  await violated;
  peer.send(HEARTBEAT);
  assertEquals(await peer.next(), HEARTBEAT_ANSWER);
});

check("calls, and gives back how it ended", async ({ central, events }) => {
  const peer = await dial(`${central.url}/CP001`);
  const reset = central.call("Reset", { type: "Soft" });
  const [type, id, action, payload] = JSON.parse(await peer.next());
  assertEquals([type, action, payload], [2, "Reset", { type: "Soft" }]);
  peer.send(`[3,"${id}",{"status":"Accepted"}]`);
  assertEquals(await reset, { kind: "result", payload: { status: "Accepted" } });

  const unknown = central.call("Frobnicate", {});
  peer.send(`[4,"${JSON.parse(await peer.next())[1]}","NotImplemented","what?",{}]`);
  assertEquals(await unknown, { kind: "error", errorCode: "NotImplemented", errorDescription: "what?" });
  assertEquals(events.map(({ kind }) => kind), ["Connected"]);
});

check("judges the answers to its calls", async ({ central, told }) => {
  const peer = await dial(`${central.url}/CP001`);
  const reset = central.call("Reset", { type: "Soft" });
  const violated = told("Violated");
  peer.send(`[3,"${JSON.parse(await peer.next())[1]}",{"status":"Perhaps"}]`);
  const outcome = await reset;
  assertEquals(outcome.kind === "error" && outcome.errorCode, "PropertyConstraintViolation");
  await violated;

  const stray = told("Violated");
  peer.send('[3,"nobody",{}]');
  assertEquals(await stray, { kind: "Violated", why: 'answered the CALL "nobody", which does not wait' });
});

check("knows that nobody is there, or no longer", async ({ central, told }) => {
  assertEquals(await central.call("Reset", { type: "Soft" }), { kind: "offline" });
  assertEquals(central.send("x"), false);
  const peer = await dial(`${central.url}/CP001`);
  const disconnected = told("Disconnected");
  const reset = central.call("Reset", { type: "Soft" });
  peer.socket.terminate();
  assertEquals(await reset, { kind: "offline" });
  assertEquals(await disconnected, { kind: "Disconnected", code: 1006 });
  assertEquals(central.send("x"), false);
});

check("can be made to answer wrongly, late, or not at all", async ({ central, told }) => {
  const peer = await dial(`${central.url}/CP001`);
  central.script("Heartbeat", () => ({ kind: "result", payload: { currentTime: "never" } }));
  peer.send(HEARTBEAT);
  assertEquals(await peer.next(), '[3,"h",{"currentTime":"never"}]');

  const held = Promise.withResolvers<void>();
  central.script("Heartbeat", async (_payload, asSpecified) => {
    await held.promise;
    return asSpecified();
  });
  peer.send(HEARTBEAT);
  peer.send('[2,"d","DataTransfer",{"vendorId":"v"}]');
  assertEquals(await peer.next(), '[3,"d",{"status":"UnknownVendorId"}]');
  held.resolve();
  assertEquals(await peer.next(), HEARTBEAT_ANSWER);

  central.script("Heartbeat", () => null);
  const received = told("Received");
  peer.send(HEARTBEAT);
  await received;
  central.script("Heartbeat", null);
  peer.send('[2,"i","Heartbeat",{}]');
  assertEquals(await peer.next(), HEARTBEAT_ANSWER.replace('"h"', '"i"'));
});

check("can lose an answer that it has booked, and the retry opens nothing new", async ({ central }) => {
  const start =
    '[2,"1","StartTransaction",{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"2024-01-31T12:00:00Z"}]';
  central.script("StartTransaction", (_payload, asSpecified) => {
    asSpecified();
    central.script("StartTransaction", null);
    central.drop();
    return null;
  });
  const first = await dial(`${central.url}/CP001`);
  first.send(start);
  assertEquals(await first.next(), "closed 1006");
  const second = await dial(`${central.url}/CP001`);
  second.send(start);
  assertEquals(await second.next(), '[3,"1",{"transactionId":1,"idTagInfo":{"status":"Accepted"}}]');
  assertEquals(central.ledger.entries.length, 1);
});

check("takes the newer connection when a charge point comes again", async ({ central, events }) => {
  const first = await dial(`${central.url}/CP001`);
  const second = await dial(`${central.url}/CP001`);
  assertEquals(await first.next(), "closed 1006");
  central.send("hello");
  assertEquals(await second.next(), "hello");
  assertEquals(events.map(({ kind }) => kind), ["Connected", "Connected"]);
});

Deno.test(
  { name: "central system: a port that is taken is an error, not a wait", permissions: PERMISSIONS },
  async () => {
    const one = await startCentralSystem({ wallMs: () => NOW_MS });
    const port = Number(new URL(one.url).port);
    const error = await startCentralSystem({ wallMs: () => NOW_MS, port }).catch((error: Error) => error);
    assertStringIncludes(String(error), "EADDRINUSE");
    await one.stop();
  },
);
