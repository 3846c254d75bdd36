/** Files over HTTP and HTTPS (`firmware/drivers/http_transfer.ts`): the contract, and what only HTTP can do wrong. */
import { assert, assertEquals } from "@std/assert";
import type { TransferParts } from "../../firmware/drivers/bounded_transfer.ts";
import { createHttpTransfer } from "../../firmware/drivers/http_transfer.ts";
import type { TransferDriver, TransferEvent } from "../../firmware/transfer.ts";
import { createDenoTlsStream } from "../../hal/drivers/deno_tls_stream.ts";
import { checkTransfer, limits, order, peer } from "../contract/transfer_contract.ts";
import type { HttpAnswer } from "./http_server.ts";
import { startHttpServer } from "./http_server.ts";

checkTransfer({ protocol: "HTTP", create, start: () => startHttpServer() });
checkTransfer({ protocol: "HTTPS", create, start: (proof) => startHttpServer({ proof }) });

function create(parts: TransferParts): TransferDriver {
  return createHttpTransfer({ ...parts, stream: createDenoTlsStream(noKeys) });
}

function noKeys(keyId: string): never {
  throw new Error(`cannot read the private key ${keyId}: there is none`);
}

async function upload(location: string, parts: Partial<TransferParts> = {}): Promise<TransferEvent> {
  const driver = create({ limits, allowed: ["loopback"], ...parts });
  const asked = await order(location);
  return await new Promise((resolve) => void driver.upload(asked, resolve));
}

for (
  const [status, fault] of [
    [400, "badMessage"],
    [403, "permissionDenied"],
    [405, "notSupported"],
    [413, "badMessage"],
    [404, "failed"],
    [500, "failed"],
    [503, "failed"],
    [303, "failed"],
    [304, "failed"],
  ] as const
) {
  Deno.test(`HTTP: ${status} is ${fault}`, async () => {
    await using server = await startHttpServer({ answer: () => ({ status }) });
    const end = await upload(`http://127.0.0.1:${server.port}/`);
    assert(end.kind === "Failed" && end.fault === fault, JSON.stringify(end));
    assertEquals(server.requests.length, 1);
  });
}

Deno.test("HTTP: a location with a query is the file itself, and no password is told that was not given", async () => {
  await using server = await startHttpServer({ answer: () => ({ status: 200 }) });
  const end = await upload(`http://127.0.0.1:${server.port}/bucket/a%20b?X-Signature=12%2F3`);
  assertEquals([end, server.requests], [{ kind: "Done" }, ["PUT /bucket/a%20b?X-Signature=12%2F3 -"]]);
});

async function redirected(answers: readonly HttpAnswer[], parts: Partial<TransferParts> = {}) {
  const left = [...answers];
  await using server = await startHttpServer({ answer: () => left.shift() ?? null });
  const end = await upload(`http://charger:secret@127.0.0.1:${server.port}/first`, parts);
  return { end, requests: server.requests };
}

for (const status of [301, 302, 307, 308]) {
  Deno.test(`HTTP: ${status} is followed, with the file, and on the same server with the password`, async () => {
    const { end, requests } = await redirected([{ status, headers: { location: "/logs/charger.log?a=1" } }]);
    assertEquals(end, { kind: "Done" });
    const [before, after] = requests.map((request) => request.split(" "));
    assertEquals([before?.[1], after?.[1]], ["/first/charger.log", "/logs/charger.log?a=1"]);
    assertEquals(after?.[2], before?.[2]);
  });
}

Deno.test("HTTP: another server that it is redirected to is not told the password", async () => {
  await using other = await startHttpServer({ answer: () => ({ status: 200 }) });
  const location = `http://127.0.0.1:${other.port}/logs/x`;
  const { end } = await redirected([{ status: 307, headers: { location } }]);
  assertEquals([end, other.requests], [{ kind: "Done" }, ["PUT /logs/x -"]]);
});

for (
  const [what, location] of [
    ["another scheme", "https://127.0.0.1/"],
    ["another scheme", "ftp://127.0.0.1/"],
    ["a file", "file:///etc/passwd"],
    ["a way up", "/a/..%2f..%2fb"],
    ["port 0", "http://127.0.0.1:0/"],
    ["nowhere", "http://[/"],
  ] as const
) {
  Deno.test(`issue 6, Threats: HTTP: no redirect is followed to ${what}: ${location}`, async () => {
    const { end, requests } = await redirected([{ status: 307, headers: { location } }]);
    assert(
      end.kind === "Failed" && end.error.includes("redirects to where nothing may go"),
      JSON.stringify(end),
    );
    assertEquals(requests.length, 1);
  });
}

Deno.test("issue 6, Threats: HTTP: a redirect to the charger itself is judged as the first address was", async () => {
  await using inside = await peer(() => {});
  const location = `http://inside.test:${inside.port}/`;
  const found: Readonly<Record<string, string>> = {
    "127.0.0.1": "127.0.0.1",
    "inside.test": "::ffff:169.254.1.1",
  };
  const { end } = await redirected([{ status: 307, headers: { location } }], {
    lookup: (host) => Promise.resolve([found[host] ?? ""]),
  });
  assert(end.kind === "Failed" && end.error.includes("cannot dial inside.test"), JSON.stringify(end));
  assertEquals(inside.calls(), 0);
});

Deno.test("HTTP: redirects that never end do", async () => {
  const answer = { status: 307, headers: { location: "/again" } };
  const { end, requests } = await redirected(Array(20).fill(answer));
  assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
  assertEquals(requests.length, 6);
});

for (
  const [what, said] of [
    ["no HTTP at all", "SSH-2.0-OpenSSH\r\n"],
    ["a head without end", `HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(20_000)}`],
    ["100 Continue again and again", "HTTP/1.1 100 Continue\r\n\r\n".repeat(20)],
    ["nothing, and goodbye", ""],
  ] as const
) {
  Deno.test(`HTTP: a server that says ${what} is one more failure`, async () => {
    await using server = await peer((socket) => said === "" ? socket.destroy() : socket.write(said));
    const end = await upload(`http://127.0.0.1:${server.port}/`, {
      limits: { ...limits, silenceTimeoutMs: 500 },
    });
    assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
    assertEquals(end.error.includes("no sign"), false, "and it is not waited for");
  });
}

Deno.test("HTTP: a server that takes its time, and says so, is served", async () => {
  await using server = await peer((socket) => {
    socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(3) + "HTTP/1.1 201 Created\r\n\r\n");
  });
  assertEquals((await upload(`http://127.0.0.1:${server.port}/`)).kind, "Done");
});
