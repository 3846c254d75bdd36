/** Who answers an action whose feature profile the station has off: the table, and nobody else (actors/routes.ts). */
import { assertEquals } from "@std/assert";
import type { CertStoreMessage } from "../../actors/cert_store_message.ts";
import type { AuthorizerMessage } from "../../actors/authorizer.ts";
import type { ConfigurationMessage } from "../../actors/configuration.ts";
import type { LocalListMessage } from "../../actors/local_list.ts";
import type { DiagnosticsMessage } from "../../actors/diagnostics.ts";
import { createKernel } from "../../actors/otp/kernel.ts";
import type { ProfileSchedulerMessage } from "../../actors/profile_scheduler_message.ts";
import type { ReservationsMessage } from "../../actors/reservations.ts";
import { routes } from "../../actors/routes.ts";
import type { StationMessage } from "../../actors/station_message.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";

function kindOf(action: string, payload: unknown, featureProfiles: readonly string[]): string {
  const kernel = createKernel({ clock: createSimulatedClock({ startWallMs: 0 }), trace: () => {} });
  const route = routes({
    configuration: kernel.address<ConfigurationMessage>("configuration"),
    authorizer: kernel.address<AuthorizerMessage>("authorizer"),
    localList: kernel.address<LocalListMessage>("local_list"),
    reservations: kernel.address<ReservationsMessage>("reservations"),
    profileScheduler: kernel.address<ProfileSchedulerMessage>("profile_scheduler"),
    certStore: kernel.address<CertStoreMessage>("cert_store"),
    station: kernel.address<StationMessage>("station"),
    diagnostics: kernel.address<DiagnosticsMessage>("diagnostics"),
    vendorId: "chargerd",
    featureProfiles,
  });
  const routed = route({ kind: "Call", id: "1", action, payload });
  return routed.kind === "answer" && routed.answer.kind === "error" ? routed.answer.errorCode : routed.kind;
}

Deno.test("an action is asked of its actor while its feature profile is on, and NotSupported while it is off", () => {
  const trigger = { requestedMessage: "Heartbeat" };
  assertEquals(kindOf("TriggerMessage", trigger, ["Core", "RemoteTrigger"]), "ask");
  assertEquals(kindOf("TriggerMessage", trigger, ["Core"]), "NotSupported");
  assertEquals(kindOf("GetLocalListVersion", {}, ["Core"]), "answer");
  assertEquals(kindOf("Reset", { type: "Soft" }, ["Core"]), "ask");
});
