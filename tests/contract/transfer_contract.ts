/**
 * What every driver of transfers promises, against servers that it has not written.
 *
 * Law: every upload ends before its test does, and so does its server.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import type { Lookup, TransferParts } from "../../firmware/drivers/bounded_transfer.ts";
import type { TransferDriver, TransferEvent, UploadOrder } from "../../firmware/transfer.ts";
import type { TransferProtocol } from "../../firmware/transfer_target.ts";
import { judgeTarget } from "../../firmware/transfer_target.ts";
import { certificates } from "../tls/certificates.ts";

/** A server that takes files of the user `charger` with the password `secret` into the directory `logs`, on 127.0.0.1. */
export interface FileServer extends AsyncDisposable {
  readonly port: number;
  /** By their names in that directory; text. */
  readonly files: () => Promise<Readonly<Record<string, string>>>;
}

export interface TransferCase {
  readonly protocol: TransferProtocol;
  readonly create: (parts: TransferParts) => TransferDriver;
  /** Of TLS: PEM, the leaf first. */
  readonly start: (proof: { readonly chain: string; readonly privateKey: string }) => Promise<FileServer>;
}

export const limits = { silenceTimeoutMs: 10_000, totalTimeoutMs: 20_000 };
/** More than one piece of HTTP's, and no more than Deno's TLS takes at a time where it is the server's (npm:ftp-srv). */
const text = "2026-01-01T00:00:00.000Z 1 StartupOfTheDevice\n".repeat(1_500);

export function checkTransfer({ protocol, create, start }: TransferCase): void {
  const isSecure = protocol.endsWith("S");
  const scheme = protocol.toLowerCase();

  async function serve(of: "rsa" | "byOtherRoot" | "otherHost" | "expired" = "rsa"): Promise<FileServer> {
    return await start((await certificates()).server[of]);
  }

  async function attempt(location: string, parts: Partial<TransferParts> = {}): Promise<TransferEvent> {
    const driver = create({ limits, allowed: ["loopback"], ...parts });
    const asked = await order(location);
    return await new Promise((resolve) => void driver.upload(asked, resolve));
  }

  Deno.test(`${protocol}: a file arrives whole, in the directory, under its name`, async () => {
    await using server = await serve();
    const end = await attempt(`${scheme}://charger:secret@localhost:${server.port}/logs`);
    assertEquals(end, { kind: "Done" });
    assertEquals(await server.files(), { "charger.log": text });
  });

  Deno.test(`${protocol}: a wrong password is PermissionDenied, and no error tells it`, async () => {
    await using server = await serve();
    const end = await attempt(`${scheme}://charger:wr%20ng@127.0.0.1:${server.port}/logs/`);
    assert(end.kind === "Failed" && end.fault === "permissionDenied", JSON.stringify(end));
    assertEquals([end.error.includes("wr"), await server.files()], [false, {}]);
  });

  Deno.test(`${protocol}: where nobody listens it fails`, async () => {
    const end = await attempt(`${scheme}://localhost:1/logs`);
    assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
  });

  Deno.test(`${protocol}: a server that says nothing is left when the time is up`, async () => {
    await using server = await peer(() => {});
    for (const short of [{ silenceTimeoutMs: 100 }, { totalTimeoutMs: 100 }]) {
      const end = await attempt(`${scheme}://127.0.0.1:${server.port}/`, { limits: { ...limits, ...short } });
      assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
      await server.hungUp();
    }
  });

  Deno.test(`${protocol}: cancelled it hangs up, and tells nothing any more`, async () => {
    await using server = await peer(() => {});
    const events: TransferEvent[] = [];
    const driver = create({ limits, allowed: ["loopback"] });
    const cancel = driver.upload(await order(`${scheme}://127.0.0.1:${server.port}/`), (e) => events.push(e));
    await server.called();
    cancel();
    await server.hungUp();
    cancel();
    assertEquals(events, []);
  });

  Deno.test(`${protocol}: issue 6, Threats: a name that leads to the charger itself is not dialled`, async () => {
    await using server = await peer(() => {});
    for (const addresses of [["127.0.0.1"], ["::1", "::ffff:127.0.0.1", "0.0.0.0", "169.254.169.254"], []]) {
      const lookup: Lookup = () => Promise.resolve(addresses);
      const end = await attempt(`${scheme}://csms.test:${server.port}/`, { allowed: [], lookup });
      assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
      assertStringIncludes(end.error, "cannot dial csms.test");
    }
    assertEquals(server.calls(), 0);
  });

  Deno.test(`${protocol}: issue 6, Threats: the charger's own address on its network is not dialled either`, async () => {
    await using server = await peer(() => {});
    const found = Deno.networkInterfaces().map(({ address }) => address);
    const asTold = { allowed: [], lookup: () => Promise.resolve(found) };
    const another = { allowed: [], lookup: () => Promise.resolve(["192.0.2.7"]) };
    for (const parts of [asTold, { ...another, ownAddresses: () => ["192.0.2.7"] }]) {
      const end = await attempt(`${scheme}://csms.test:${server.port}/`, parts);
      assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
      assertStringIncludes(end.error, "cannot dial csms.test");
    }
    assertEquals(server.calls(), 0);
  });

  Deno.test(`${protocol}: issue 6, Threats: what was judged is what is dialled, whatever the DNS says next`, async () => {
    // A name that nobody else would find.
    await using server = await serve("otherHost");
    let asked = 0;
    // Of the first answer one address must not be dialled; of the next none.
    const lookup: Lookup = () =>
      Promise.resolve(asked++ === 0 ? ["169.254.169.254", "127.0.0.1"] : ["0.0.0.0"]);
    const end = await attempt(`${scheme}://charger:secret@other.test:${server.port}/logs`, { lookup });
    assertEquals([end, asked], [{ kind: "Done" }, 1]);
  });

  if (!isSecure) return;
  for (const wrong of ["byOtherRoot", "otherHost", "expired"] as const) {
    Deno.test(`${protocol}: nothing is told to a server whose certificate is not right: ${wrong}`, async () => {
      await using server = await serve(wrong);
      const end = await attempt(`${scheme}://charger:secret@localhost:${server.port}/logs`);
      assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
      assertEquals(await server.files(), {});
    });
  }

  Deno.test(`${protocol}: without an installed root nobody is trusted`, async () => {
    await using server = await serve();
    const driver = create({ limits, allowed: ["loopback"] });
    const asked = { ...await order(`${scheme}://charger:secret@localhost:${server.port}/logs`), roots: [] };
    const end = await new Promise<TransferEvent>((resolve) => void driver.upload(asked, resolve));
    assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
    assertEquals(await server.files(), {});
  });
}

export async function order(location: string): Promise<UploadOrder> {
  const judged = judgeTarget(location, ["HTTP", "HTTPS", "FTP", "FTPS"]);
  if (judged.kind !== "target") throw new Error(`write another location: ${judged.error}`);
  const { root } = await certificates();
  return {
    target: judged.target,
    fileName: "charger.log",
    content: new TextEncoder().encode(text),
    roots: [root.certificate],
  };
}

export interface Peer extends AsyncDisposable {
  readonly port: number;
  /** How often it was called. */
  readonly calls: () => number;
  /** Resolves when somebody has called, and when the last of them has hung up. */
  readonly called: () => Promise<void>;
  readonly hungUp: () => Promise<void>;
}

/** A server of raw TCP. */
export async function peer(serve: (socket: Socket) => void): Promise<Peer> {
  const sockets: Socket[] = [];
  const called = Promise.withResolvers<void>();
  const listener = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.resume();
    serve(socket);
    called.resolve();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    calls: () => sockets.length,
    called: () => called.promise,
    hungUp: async () => {
      const last = sockets.at(-1);
      if (last === undefined || last.closed) return;
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Error("it does not hang up")),
        limits.silenceTimeoutMs / 2,
      );
      await Promise.race([new Promise((resolve) => last.once("close", resolve)), late.promise]);
      clearTimeout(timer);
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
