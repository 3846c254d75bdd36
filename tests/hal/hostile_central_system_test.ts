/**
 * What a hostile or broken central system may do to the WebSocket over `npm:ws` (notes/reliability.md, C2, and C3 rows
 * 1 to 5). What the contract asks of every driver stands in `ws_websocket_test.ts`.
 */
import { assertEquals } from "@std/assert";
import type { CloseReason } from "../../hal/websocket.ts";
import { answer, type Attack, drip, flood, floodFrames, send, survive } from "./attack.ts";
import { goodAnswer } from "./raw_central_system.ts";

function check(rule: string, attack: Attack): void {
  Deno.test(`npm:ws against a peer that ${rule}`, () => survive(attack));
}

const neverInTime: CloseReason = { kind: "timeout", phase: "handshake" };
const hungUp: CloseReason = { kind: "closed", code: 1006, reason: "" };
const soon = { handshakeTimeoutMs: 50 };
const closeFrame = [0x88, 2, 0x03, 0xe8];

// C3 row 1: the handshake.
check("never answers", { peer: async () => {}, target: soon, ends: neverInTime });
check("answers byte by byte", {
  peer: drip("HTTP/1.1 101 Switching Protocols\r\n"),
  target: soon,
  ends: neverInTime,
});
check("answers nothing but 100 Continue", {
  peer: (peer) => peer.flood("HTTP/1.1 100 Continue\r\n\r\n".repeat(100)),
  target: soon,
  ends: neverInTime,
});
check("sends a header without end", {
  peer: flood("HTTP/1.1 101 X\r\nA: ", "a".repeat(10_000)),
  ends: "websocket",
});
check("sends header lines without end", {
  peer: flood("HTTP/1.1 101 X\r\n", "A: b\r\n".repeat(1_000)),
  ends: "websocket",
});
check("speaks no HTTP", { peer: answer("220 mail.example ESMTP\r\n\r\n"), ends: "websocket" });
check("sends a wrong accept key", {
  peer: (peer) => peer.upgrade({ accept: "Sec-WebSocket-Accept: AAAA" }),
  ends: "websocket",
});
check("switches to nothing", {
  peer: (peer) => peer.upgrade({ upgrade: "X-No: upgrade" }),
  ends: { kind: "handshakeRefused", httpStatus: 101 },
});
check("compresses unasked", {
  peer: (peer) => peer.upgrade({ more: "Sec-WebSocket-Extensions: permessage-deflate" }),
  ends: "websocket",
});
for (const httpStatus of [200, 301, 302, 401, 403, 404, 429, 503]) {
  check(`answers ${httpStatus}`, {
    peer: answer(
      `HTTP/1.1 ${httpStatus} X\r\nLocation: ws://127.0.0.1:1/\r\nRetry-After: 1000000000\r\n\r\n`,
    ),
    ends: { kind: "handshakeRefused", httpStatus },
  });
}
check("answers 200 with a body without end", {
  peer: flood("HTTP/1.1 200 OK\r\n\r\n", "a".repeat(10_000)),
  ends: { kind: "handshakeRefused", httpStatus: 200 },
});

// C3 row 2: the connection breaks at every byte.
Deno.test("npm:ws against a peer that hangs up after each byte of its answer", async (t) => {
  const bytes = (await goodAnswer("")).length;
  for (let length = 0; length < bytes; length++) {
    await t.step(`${length} bytes`, () =>
      survive({
        peer: async (peer) => {
          await peer.write((await goodAnswer(await peer.request())).slice(0, length));
          peer.close();
        },
        ends: "tcp",
      }));
  }
});
for (const length of [0, 1, 2, 3, 50]) {
  const part = [0x81, 100, ...Array<number>(98).fill(65)].slice(0, length);
  check(`hangs up after ${length} bytes of a frame`, {
    peer: async (peer) => {
      await send(part)(peer);
      peer.close();
    },
    ends: hungUp,
  });
  check(`resets the connection after ${length} bytes of a frame`, {
    peer: async (peer) => {
      await send(part)(peer);
      peer.reset();
    },
    ends: "tcp",
  });
}

// C3 row 3: half-open.
check("never answers our close", {
  peer: (peer) => peer.upgrade(),
  charger: (connection) => connection.close(1000, "bye"),
  ends: { kind: "timeout", phase: "close" },
});
check("answers our close and holds the socket", {
  peer: async (peer, closed) => {
    await peer.upgrade();
    await peer.read();
    await peer.write(closeFrame);
    await closed;
  },
  charger: (connection) => connection.close(1000, "bye"),
  ends: { kind: "timeout", phase: "close" },
});
check("closes and holds the socket", {
  peer: async (peer, closed) => {
    await send(closeFrame)(peer);
    await closed;
  },
  ends: { kind: "closed", code: 1000, reason: "" },
});
check("closes without a code", { peer: send([0x88, 0]), ends: { kind: "closed", code: 1005, reason: "" } });
check("shuts its half and reads nothing of what waits", {
  peer: async (peer, closed) => {
    await peer.upgrade();
    peer.shutHalf();
    await closed;
  },
  charger: (connection) => {
    for (let n = 0; n < 200; n++) connection.send("x".repeat(60_000));
  },
  ends: hungUp,
});

// C3 rows 4 and 5: frames.
check("masks its frames", { peer: send([0x81, 0x81, 1, 2, 3, 4, 5]), ends: "websocket" });
check("sends text that is no UTF-8", { peer: send([0x81, 2, 0xc3, 0x28]), ends: "websocket" });
check("sets a reserved bit", { peer: send([0xc1, 1, 65]), ends: "websocket" });
check("sends an unknown opcode", { peer: send([0x83, 1, 65]), ends: "websocket" });
check("continues what it has not begun", { peer: send([0x80, 1, 65]), ends: "websocket" });
check("pings with 126 bytes", { peer: send([0x89, 126, 0, 126]), ends: "websocket" });
check("closes with one byte", { peer: send([0x88, 1, 3]), ends: "websocket" });
check("closes with code 999", { peer: send([0x88, 2, 0x03, 0xe7]), ends: "websocket" });
check("announces 64 KiB and one byte", {
  peer: send([0x81, 127, 0, 0, 0, 0, 0, 1, 0, 1]),
  ends: "websocket",
});
check("announces 80 MiB", { peer: send([0x81, 127, 0, 0, 0, 0, 5, 0, 0, 0]), ends: "websocket" });
check("announces 2^62 bytes", { peer: send([0x81, 127, 0x40, 0, 0, 0, 0, 0, 0, 0]), ends: "websocket" });
check("sends fragments without end", { peer: floodFrames([0x01, 1, 65], [0x00, 1, 65]), ends: "websocket" });
check("sends empty fragments without end", { peer: floodFrames([0x01, 0], [0x00, 0]), ends: "websocket" });
check("pings without end and reads no pong", {
  peer: floodFrames([0x89, 0], [0x89, 125, ...Array<number>(125).fill(0)]),
  ends: hungUp,
});
check("sends a binary message and then text", {
  peer: send([0x81, 1, 65, 0x82, 1, 66, 0x81, 1, 67]),
  received: ["A"],
  ends: {
    kind: "failed",
    layer: "websocket",
    error: "the peer sent a binary message of 1 bytes; OCPP-J is text only",
  },
});
check("sends a binary message and resets the connection when told off", {
  peer: async (peer) => {
    await send([0x82, 0])(peer);
    await peer.read();
    peer.reset();
  },
  ends: "websocket",
});
check("sends one message in many fragments", {
  peer: send([0x01, 1, 65, ...Array<number[]>(1_000).fill([0x00, 1, 66]).flat(), 0x80, 0, ...closeFrame]),
  received: ["A" + "B".repeat(1_000)],
  ends: { kind: "closed", code: 1000, reason: "" },
});

Deno.test("npm:ws against a peer that floods it with messages: others have their turn between each two", async () => {
  const order: string[] = [];
  const texts = Array.from({ length: 20 }, (_, n) => String.fromCharCode(65 + n));
  await survive({
    peer: send([...texts.flatMap((text) => [0x81, 1, text.charCodeAt(0)]), ...closeFrame]),
    heard: (text) => {
      order.push(text);
      setImmediate(() => void order.push("another"));
    },
    received: texts,
    ends: { kind: "closed", code: 1000, reason: "" },
  });
  assertEquals(order, texts.flatMap((text) => [text, "another"]));
});

Deno.test("npm:ws tells the peer that it takes no binary message by closing with 1003 (RFC 6455 §7.4.1)", async () => {
  const heard = Promise.withResolvers<Uint8Array>();
  await survive({
    peer: async (peer) => {
      await send([0x82, 0])(peer);
      heard.resolve(await peer.readAll());
    },
    ends: "websocket",
  });
  const [opcode, length, m0 = 0, m1 = 0, _m2, _m3, c0 = 0, c1 = 0] = await heard.promise;
  assertEquals([opcode, length], [0x88, 0x80 | "..text only".length]);
  assertEquals((c0 ^ m0) << 8 | (c1 ^ m1), 1003);
});
