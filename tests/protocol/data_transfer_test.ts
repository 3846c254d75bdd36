/** What the charge point answers to DataTransfer (OCPP 1.6 §5.6; spec/messages.md §2.3). */
import { assertEquals } from "@std/assert";
import { answeredDataTransfer } from "../../protocol/data_transfer.ts";
import type { DataTransferRequest } from "../../protocol/messages/core.ts";

function check(sentence: string, request: DataTransferRequest, status: string): void {
  Deno.test({ name: `DataTransfer: ${sentence}`, permissions: "none" }, () => {
    assertEquals<unknown>(answeredDataTransfer(request, "Example"), { status }, "a status, and never data");
  });
}

check("TC_062: a foreign vendor is unknown", { vendorId: "com.example" }, "UnknownVendorId");
check("a foreign vendor's message is not looked at", {
  vendorId: "org.other",
  messageId: "Example",
  data: "Example",
}, "UnknownVendorId");
check("§5.6: of our own vendor no message is known", {
  vendorId: "Example",
  messageId: "LightShow",
  data: "{}",
}, "UnknownMessageId");
check("§5.6: our own vendor without a message", { vendorId: "Example" }, "UnknownMessageId");
check("CiString255: a vendor's id has no case of letters", { vendorId: "EXAMPLE" }, "UnknownMessageId");
check("an empty vendor is a foreign one", { vendorId: "" }, "UnknownVendorId");
