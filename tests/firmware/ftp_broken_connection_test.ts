/**
 * FTP and FTPS where a connection breaks at a bad moment (`firmware/drivers/ftp_transfer.ts`): it ends the upload and nothing else.
 * What is thrown outside of the upload fails this file, as it would end the process.
 */
import { assert, assertEquals } from "@std/assert";
import { Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { containedSocket } from "../../firmware/drivers/contained_socket.ts";
import { createFtpTransfer } from "../../firmware/drivers/ftp_transfer.ts";
import type { TransferEvent } from "../../firmware/transfer.ts";
import { limits, order, peer } from "../contract/transfer_contract.ts";
import { certificates, unreadable } from "../tls/certificates.ts";

type Scheme = "ftp" | "ftps";
type Breaks = (socket: Socket) => void;

interface Script {
  readonly data?: Breaks;
  /** `begun`: 150 comes before the data connection breaks; `broken`: when it has. */
  readonly says150?: "begun" | "broken";
  /** What happens to the control connection in place of an answer to this command. */
  readonly control?: { readonly at: string; readonly breaks: Breaks };
  readonly silenceTimeoutMs?: number;
}

const breaks = {
  "is closed": (socket) => void socket.end(),
  "is reset": (socket) => void socket.resetAndDestroy(),
  "says garbage": (socket) =>
    void socket.write("no record of TLS at all, nor a reply\r\n", () => socket.end()),
} as const satisfies Record<string, Breaks>;

async function serverSide(socket: Socket, more = ""): Promise<TLSSocket> {
  const { chain, privateKey } = (await certificates()).server.rsa;
  const secureContext = createSecureContext({ key: privateKey, cert: chain + more });
  const secured = new TLSSocket(socket, { isServer: true, secureContext });
  secured.on("error", () => {});
  return secured;
}

function afterHandshake(broken: Breaks): Breaks {
  return (socket) => void serverSide(socket).then((secured) => secured.once("secure", () => broken(socket)));
}

async function attempt(scheme: Scheme, script: Script): Promise<TransferEvent> {
  const { says150 = "begun", silenceTimeoutMs = 200 } = script;
  const broken = Promise.withResolvers<void>();
  await using data = await peer((socket) => {
    socket.once("close", broken.resolve);
    script.data?.(socket);
  });

  function obey(socket: Socket, raw: Socket): void {
    socket.on("data", (bytes) => {
      for (const command of String(bytes).trim().split("\r\n")) {
        const [word = ""] = command.split(" ");
        if (word === script.control?.at) script.control.breaks(raw);
        else if (word === "STOR" && says150 === "broken") {
          broken.promise.then(() => socket.write("150 go\r\n"));
        } else socket.write(`${answers[word] ?? "200 fine"}\r\n`);
      }
    });
  }

  const answers: Readonly<Record<string, string>> = {
    USER: "230 welcome",
    EPSV: `229 EPSV OK (|||${data.port}|)`,
    STOR: "150 go",
  };
  await using server = await peer((raw) => {
    raw.write("220 hello\r\n");
    if (scheme === "ftp") return obey(raw, raw);
    raw.once("data", () => {
      raw.removeAllListeners("data");
      if (script.control?.at === "AUTH") return script.control.breaks(raw);
      raw.write("234 go\r\n", () => void serverSide(raw).then((secured) => obey(secured, raw)));
    });
  });
  const driver = createFtpTransfer({ limits: { ...limits, silenceTimeoutMs }, allowed: ["loopback"] });
  const asked = await order(`${scheme}://charger:secret@localhost:${server.port}/logs`);
  const end = await new Promise<TransferEvent>((resolve) => void driver.upload(asked, resolve));
  await server.hungUp();
  return end;
}

function assertReadable(end: TransferEvent): void {
  assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
  assert(!/constructor|undefined|null/.test(end.error), end.error);
}

for (const scheme of ["ftp", "ftps"] as const) {
  for (const [how, data] of Object.entries(breaks)) {
    // Nobody reads what comes on a plain one.
    if (scheme === "ftp" && how === "says garbage") continue;
    for (const says150 of ["begun", "broken"] as const) {
      const when = says150 === "begun" ? "at once" : "before 150";
      Deno.test(`${scheme}: a data connection that ${how} ${when} fails the upload`, async () => {
        assertReadable(await attempt(scheme, { data, says150 }));
      });
    }
    Deno.test(`${scheme}: a data connection that ${how} at the first byte fails the upload`, async () => {
      assertReadable(await attempt(scheme, { data: (socket) => socket.once("data", () => data(socket)) }));
    });
  }

  for (const at of ["USER", "EPSV", "STOR", ...(scheme === "ftps" ? ["AUTH", "PROT"] : [])]) {
    for (const [how, broken] of Object.entries(breaks)) {
      Deno.test(`${scheme}: a control connection that ${how} at ${at} fails the upload`, async () => {
        assertReadable(await attempt(scheme, { control: { at, breaks: broken } }));
      });
    }
  }
}

for (const says150 of ["begun", "broken"] as const) {
  for (const how of ["is closed", "is reset"] as const) {
    const when = says150 === "begun" ? "" : " before 150";
    Deno.test(`ftps: a data connection that ${how} behind its handshake${when} fails the upload`, async () => {
      assertReadable(await attempt("ftps", { data: afterHandshake(breaks[how]), says150 }));
    });
  }
}

for (const scheme of ["ftp", "ftps"] as const) {
  Deno.test(`${scheme}: a data connection that is closed before 150 is told as that`, async () => {
    const data: Breaks = scheme === "ftp" ? breaks["is closed"] : afterHandshake(breaks["is closed"]);
    assertEquals(await attempt(scheme, { data, says150: "broken", silenceTimeoutMs: 10_000 }), {
      kind: "Failed",
      fault: "failed",
      error: "cannot follow localhost: it closed the data connection before it had the file",
    });
  });
}

// `node:tls` throws at it in an event of the socket that is being secured.
function showsUnreadable(socket: Socket): void {
  serverSide(socket, unreadable);
}

const unreadableOn = {
  control: {
    control: {
      at: "AUTH",
      breaks: (socket) => void socket.write("234 go\r\n", () => showsUnreadable(socket)),
    },
  },
  data: { data: showsUnreadable },
} as const satisfies Record<string, Script>;

for (const [connection, script] of Object.entries(unreadableOn)) {
  Deno.test(`ftps: a certificate that nobody can read, on the ${connection} connection, fails the upload and nothing else`, async () => {
    const end = await attempt("ftps", { ...script, silenceTimeoutMs: 10_000 });
    assertReadable(end);
    assert(end.kind === "Failed" && end.error.startsWith("cannot follow localhost: "), JSON.stringify(end));
  });
}

Deno.test("ftps: a server that is silent in the handshake of the control connection is left when the time is up", async () => {
  const control = { at: "AUTH", breaks: (socket: Socket) => void socket.write("234 go\r\n") };
  assertEquals(await attempt("ftps", { control, silenceTimeoutMs: 100 }), {
    kind: "Failed",
    fault: "failed",
    error: "localhost began no TLS within 100 ms",
  });
});

Deno.test("a contained socket: what a listener throws, or an error without a listener, goes to who waits", () => {
  const told: unknown[] = [];
  const socket = containedSocket(new Socket(), (error) => told.push(error));
  const bug = new Error("bug");
  socket.on("data", () => {
    throw bug;
  });
  socket.emit("data", new Uint8Array());
  const reset = new Error("reset");
  socket.emit("error", reset);
  assertEquals(told, [bug, reset]);
});
