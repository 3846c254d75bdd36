/**
 * A charge point for one case: the real program in a process of its own, fresh, registered, online and all Available.
 *
 * Law: nothing outlives the case; a case that fails is told what the process said last.
 */
import { startSimulator } from "../integration/simulator_process.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";
import type { ConformanceServer } from "./conformance_server.ts";
import { debugSocketHands } from "./debug_socket_hands.ts";
import { allStatuses, boot } from "./expected.ts";
import { type Case, graceMs } from "./lab.ts";
import { type StationName, stationUnderTest, testProfile } from "./stations.ts";

/** Resolves when the case has held, and nothing has come after it that should not. */
export async function runCase(
  run: { readonly id: string; readonly case: Case; readonly on: StationName },
  server: ConformanceServer,
): Promise<void> {
  await using directory = await temporaryDirectory();
  const profile = `${directory.path}/station.json`;
  await Deno.writeTextFile(profile, JSON.stringify(testProfile(run.on)));
  const chargePointId = `${run.id}-${run.on}`;
  const tool = server.conversation(chargePointId);
  await using simulator = await startSimulator(
    directory.path,
    ...["--csms", server.url, "--id", chargePointId, "--station", profile],
  );
  const station = stationUnderTest(run.on);
  await tool.expect(boot(), allStatuses(station, "Available"));
  await run.case({ tool, hands: debugSocketHands(simulator, station), station });
  await tool.silence(graceMs);
}
