/** What is thrown where nobody waits for it (README, D-uncaught). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createServer } from "node:net";
import type { Output } from "../../console/output.ts";
import { paletteFor } from "../../console/terminal.ts";
import { goingOn } from "../../console/uncaught_errors.ts";

/** Tells only what is an error. */
function telling(error: (text: string) => void): Output {
  return { line: () => {}, error, palette: paletteFor({ isTerminal: false, noColor: undefined }) };
}

/** Thrown by an event of a library's socket: that of a server, at a caller. */
async function throwInSocketEvent(error: Error): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on("data", () => {
      socket.destroy();
      server.close(() => ended.resolve());
      throw error;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("listen on a port");
  using caller = await Deno.connect({ port: address.port });
  await caller.write(new Uint8Array(1));
  await ended.promise;
}

const thrown: Readonly<Record<string, (error: Error) => void>> = {
  "the event of a socket": (error) => void throwInSocketEvent(error),
  "a timer": (error) => {
    setTimeout(() => {
      throw error;
    });
  },
  "a microtask": (error) =>
    queueMicrotask(() => {
      throw error;
    }),
  "a promise that was let go": (error) => void Promise.reject(error),
};

for (const [where, happen] of Object.entries(thrown)) {
  Deno.test(`uncaught: what is thrown in ${where} is told with its stack, counted, and gone on from`, async () => {
    const heard = Promise.withResolvers<string>();
    const counts = await goingOn(telling(heard.resolve), async (_, count) => {
      const before = count();
      happen(new Error("a bug"));
      await heard.promise;
      return [before, count()];
    });
    assertEquals(counts, [0, 1]);
    const text = await heard.promise;
    assert(
      /^! nobody has caught this, please report it: Error: a bug\n +at .*uncaught_errors_test/.test(text),
      text,
    );
  });
}

Deno.test("uncaught: what is no Error is told too", async () => {
  const heard = Promise.withResolvers<string>();
  await goingOn(telling(heard.resolve), async () => {
    void Promise.reject("words");
    await heard.promise;
  });
  assertEquals(await heard.promise, "! nobody has caught this, please report it: throw an Error, not words");
});

Deno.test("uncaught: a line that cannot be written is counted and gone on from, and so is an error of which it cannot be told", async () => {
  const full = () => {
    throw new Error("No space left on device");
  };
  const counts = await goingOn({ ...telling(full), line: full }, async (output, count) => {
    output.line("FrameSent");
    output.error("! crashed");
    const before = count();
    void Promise.reject(new Error("a bug"));
    await new Promise((resolve) => setTimeout(resolve));
    return [before, count()];
  });
  assertEquals(counts, [2, 4]);
});

Deno.test("uncaught: what the work itself throws is its caller's, and afterwards the default holds again", async () => {
  const told: string[] = [];
  const failing = goingOn(
    telling((text) => told.push(text)),
    () => Promise.reject(new Error("cannot start")),
  );
  await assertRejects(() => failing, Error, "cannot start");
  const error = new ErrorEvent("error", { cancelable: true });
  const rejection = new PromiseRejectionEvent("unhandledrejection", {
    cancelable: true,
    promise: Promise.resolve(),
  });
  globalThis.dispatchEvent(error);
  globalThis.dispatchEvent(rejection);
  assertEquals([told, error.defaultPrevented, rejection.defaultPrevented], [[], false, false]);
});
