/** The OCTT's case of logs (`conformance/octt.md` §7), in each security profile by another protocol. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { FileServer } from "../contract/transfer_contract.ts";
import { startFtpServer } from "../firmware/ftp_server.ts";
import { startHttpServer } from "../firmware/http_server.ts";
import { logStatus } from "./expected.ts";
import type { SecurityBench, SecurityCase } from "./security_bench.ts";

type Scheme = "http" | "https" | "ftp" | "ftps";

const schemes: Readonly<Record<SecurityBench["profile"], readonly Scheme[]>> = {
  1: ["http", "ftp"],
  2: ["https"],
  3: ["ftps"],
};

export const logCases = {
  TC_079_CS: {
    async hold({ tool, lab, profile }) {
      for (const [requestId, scheme] of schemes[profile].entries()) {
        await using server = await startServer(scheme, lab);
        const remoteLocation = `${scheme}://charger:secret@localhost:${server.port}/logs`;
        const asked = { logType: "SecurityLog", requestId, log: { remoteLocation } };
        const answered = await tool.call("GetLog", asked);
        assert(
          answered.kind === "result" && answered.payload["status"] === "Accepted",
          JSON.stringify(answered),
        );
        await tool.expect(logStatus("Uploading", requestId), logStatus("Uploaded", requestId));
        const files = await server.files();
        assertEquals(Object.keys(files), [answered.payload["filename"]]);
        assertMatch(Object.values(files).join(), /^\S+Z 1 StartupOfTheDevice 0{64} boot 1\n/);
      }
    },
  },
} satisfies Readonly<Record<string, SecurityCase>>;

/** Proven by the operator, as its central system is. */
async function startServer(scheme: Scheme, { operator }: SecurityBench["lab"]): Promise<FileServer> {
  const proof = () => operator.issue({ subject: "/O=Owner/CN=files", alternativeNames: "DNS:localhost" });
  switch (scheme) {
    case "http":
      return await startHttpServer();
    case "https":
      return await startHttpServer({ proof: await proof() });
    case "ftp":
      return await startFtpServer();
    case "ftps":
      return await startFtpServer(await proof());
  }
}
