/** What a DiagnosticsLog of the real program tells, and what it does not (notes/reliability.md C3, 31). */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { authorize, logStatus, status } from "../conformance/expected.ts";
import { accepted } from "../conformance/requests.ts";
import { onBench } from "../conformance/security_bench.ts";
import { startSecurityLab } from "../conformance/security_lab.ts";
import { startHttpServer } from "../firmware/http_server.ts";
import { startTlsServer } from "../tls/tls_server.ts";

const password = "first-password-1";
const newKey = "4F43415F4F4354545F61646D696E5F74657374";

Deno.test("C3, 31: a DiagnosticsLog tells how the charger does, and no password, key or whole idTag", async () => {
  await using tlsServer = startTlsServer();
  await using lab = await startSecurityLab({ profile: 1, password, tlsServer });
  await using server = await startHttpServer();
  await onBench(lab, { profile: 1, on: "reference-dc" }, async ({ tool }) => {
    const idTag = "04A2B3C4D5E680";
    await tool.call("RemoteStartTransaction", { idTag, connectorId: 1 });
    await tool.expect([authorize(idTag), status(1, "Preparing")]);
    await tool.call("DataTransfer", { vendorId: "any", data: `AuthorizationKey ${newKey}` });
    const knocks = lab.knocks.length;
    lab.open(1, "OCA_OCTT_admin_test");
    await accepted(tool, "ChangeConfiguration", { key: "AuthorizationKey", value: newKey });
    await lab.knockAfter(knocks);
    await lab.connected();
    const remoteLocation = `http://charger:secret@127.0.0.1:${server.port}/logs`;
    const log = { remoteLocation };
    await tool.call("GetLog", { logType: "DiagnosticsLog", requestId: 1, log });
    await tool.expect(logStatus("Uploading", 1), logStatus("Uploaded", 1));
    const text = Object.values(await server.files()).join();
    for (
      const told of ["# program", '"chargerd"', "# status", '"registration": "Accepted"', "# configuration"]
    ) {
      assertStringIncludes(text, told);
    }
    for (
      const told of ["HeartbeatInterval", "# actors", "# events (", "FrameReceived", '"of":"link"', '"04A2…"']
    ) {
      assertStringIncludes(text, told);
    }
    const secrets = [
      password,
      newKey,
      "OCA_OCTT",
      btoa(`CP reference-dc:${password}`),
      "charger:secret",
      idTag,
    ];
    const hexadecimal = [...password].map((letter) => letter.charCodeAt(0).toString(16)).join("");
    const leaked = [...secrets, hexadecimal].filter((secret) =>
      text.toLowerCase().includes(secret.toLowerCase())
    );
    assertEquals([leaked, /PRIVATE KEY/.test(text)], [[], false]);
    assert(text.length <= 262_144);
    await tool.silence();
  });
});
