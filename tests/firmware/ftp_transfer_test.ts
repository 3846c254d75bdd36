/** Files over FTP and FTPS (`firmware/drivers/ftp_transfer.ts`): the contract, and what only FTP can do wrong (notes C3, 29). */
import { assert, assertEquals } from "@std/assert";
import { fileTransfers } from "../../console/transfers.ts";
import { createFtpTransfer } from "../../firmware/drivers/ftp_transfer.ts";
import type { TransferEvent } from "../../firmware/transfer.ts";
import { checkTransfer, limits, order, peer } from "../contract/transfer_contract.ts";
import { certificates } from "../tls/certificates.ts";
import { startFtpServer } from "./ftp_server.ts";

checkTransfer({ protocol: "FTP", create: createFtpTransfer, start: () => startFtpServer() });
checkTransfer({ protocol: "FTPS", create: createFtpTransfer, start: startFtpServer });

Deno.test("FTPS: a root that cannot be loaded stops no transfer of the program's", async () => {
  await using server = await startFtpServer((await certificates()).server.rsa);
  const asked = await order(`ftps://charger:secret@localhost:${server.port}/logs`);
  const roots = ["-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", ...asked.roots];
  const end = await new Promise<TransferEvent>((resolve) =>
    void fileTransfers(["loopback"]).upload({ ...asked, roots }, resolve)
  );
  assertEquals(end, { kind: "Done" });
});

Deno.test("FTPS: a server that no root proves is told nothing, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async () => {
  await using server = await startFtpServer((await certificates()).server.byOtherRoot);
  const driver = createFtpTransfer({ limits, allowed: ["loopback"] });
  const asked = await order(`ftps://charger:secret@localhost:${server.port}/logs`);
  Deno.env.set("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  try {
    const end = await new Promise<TransferEvent>((resolve) => void driver.upload(asked, resolve));
    assertEquals(end.kind, "Failed");
    assertEquals(await server.files(), {});
  } finally {
    Deno.env.delete("NODE_TLS_REJECT_UNAUTHORIZED");
  }
});

/** A server that knows these answers, and 200 for the rest; by the first word of the command. */
async function scripted(answers: Readonly<Record<string, string>>, scheme = "ftp") {
  const commands: string[] = [];
  await using server = await peer((socket) => {
    socket.write(`${answers.welcome ?? "220 hello"}\r\n`);
    socket.on("data", (bytes) => {
      for (const command of String(bytes).trim().split("\r\n")) {
        commands.push(command);
        const [word = ""] = command.split(" ");
        socket.write(`${answers[word] ?? "200 fine"}\r\n`);
      }
    });
  });
  const driver = createFtpTransfer({ limits: { ...limits, silenceTimeoutMs: 500 }, allowed: ["loopback"] });
  const asked = await order(`${scheme}://charger:secret@127.0.0.1:${server.port}/logs`);
  const end = await new Promise<TransferEvent>((resolve) => void driver.upload(asked, resolve));
  return { end, commands };
}

Deno.test("FTP: a data connection goes to the server itself, whatever address PASV names", async () => {
  await using data = await peer(() => {});
  const [high, low] = [data.port >> 8, data.port & 0xff];
  const { end } = await scripted({
    EPSV: "500 what?",
    // 192.0.2.1 is nobody's (RFC 5737).
    PASV: `227 Entering Passive Mode (192,0,2,1,${high},${low})`,
    STOR: "452 no room",
  });
  assert(end.kind === "Failed" && end.fault === "failed", JSON.stringify(end));
  assertEquals(data.calls(), 1);
});

for (
  const [what, answers] of [
    ["floods it with 150 after STOR", { STOR: "150 go\r\n".repeat(5_000) }],
    ["says 150 and 125 after STOR", { STOR: "150 go\r\n125 go\r\n226 done" }],
    ["says 226 again and again after STOR", { STOR: "226 done\r\n226 done\r\n150 go" }],
    ["floods it with 331 after USER", { USER: "331 who?\r\n".repeat(5_000) }],
  ] as const
) {
  Deno.test(`FTP: an upload to a server that ${what} ends at the second reply of a kind (RFC 959 §4.2)`, async () => {
    await using data = await peer((socket) => socket.resume());
    const { end } = await scripted({ EPSV: `229 EPSV OK (|||${data.port}|)`, ...answers });
    assert(end.kind === "Failed" && end.error.startsWith("cannot follow 127.0.0.1"), JSON.stringify(end));
  });
}

Deno.test("FTP: a 150 of several lines is one reply, and the file is sent", async () => {
  await using data = await peer((socket) => socket.resume());
  const { end } = await scripted({
    EPSV: `229 EPSV OK (|||${data.port}|)`,
    USER: "331 who?",
    PASS: "230 welcome",
    STOR: "150-go\r\n150-on\r\n150 go\r\n226 done",
  });
  assertEquals(end, { kind: "Done" });
});

for (
  const [what, answers, fault] of [
    ["refuses the user", { USER: "530 no" }, "permissionDenied"],
    ["refuses the file", { EPSV: "229 EPSV OK (|||1|)", STOR: "550 no" }, "failed"],
    ["knows no passive mode", { EPSV: "502 no", PASV: "502 no" }, "failed"],
    ["is not ready", { welcome: "421 later" }, "failed"],
    [
      "names a port that is none",
      { EPSV: "229 EPSV OK (|||99999|)", PASV: "227 (1,2,3,4,999,999)" },
      "failed",
    ],
    ["never ends its welcome", { welcome: `220-${"x".repeat(70_000)}` }, "failed"],
  ] as const
) {
  Deno.test(`FTP: an upload to a server that ${what} ends`, async () => {
    const { end } = await scripted(answers);
    assert(end.kind === "Failed" && end.fault === fault, JSON.stringify(end));
  });
}

Deno.test("FTPS: a server without TLS is told neither name nor password", async () => {
  const { end, commands } = await scripted({ AUTH: "502 no" }, "ftps");
  assert(end.kind === "Failed" && end.fault === "notSupported", JSON.stringify(end));
  assertEquals(commands, ["AUTH TLS"]);
});
