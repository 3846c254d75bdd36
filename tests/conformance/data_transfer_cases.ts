/** DataTransfer of a vendor that the charge point does not know (`conformance/octt.md` §3). */
import type { Case } from "./lab.ts";
import { assertVerdict } from "./requests.ts";

export const dataTransferCases = {
  async TC_062_CS({ tool }) {
    const foreign = { vendorId: "com.example.no-such-vendor", messageId: "Hello", data: "world" };
    const refusals = ["UnknownVendorId", "UnknownMessageId", "Rejected"];
    await assertVerdict(tool, "DataTransfer", foreign, ...refusals);
  },
} satisfies Record<string, Case>;
