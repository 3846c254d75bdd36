/** Decision D-orphans in the real program: it starts as another station than the one that wrote its store. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { checkpointKey, transactionKey } from "../../storage/record_keys.ts";
import { startSimulator } from "./simulator_process.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

const startedMs = Date.UTC(2026, 0, 1);
const open = {
  localId: 7,
  boot: 1,
  idTag: "ALICE",
  meterStartWh: 1_000,
  meterSerialNumber: "SIM-4",
  startedMs,
  startedMonotonicMs: 0,
};
const alive = {
  localId: 7,
  energyWh: 1_500,
  atMs: startedMs,
  risenMs: startedMs,
  meterSerialNumber: "SIM-4",
};

Deno.test("simulate: what is open on a connector that the station has not is ended, and said", async () => {
  await using directory = await temporaryDirectory();
  const { store, close } = await openDenoKvStore(directory.path, { wallMs: startedMs, report: () => {} });
  await store.commit({
    sets: [{ key: transactionKey(4), value: open }, { key: checkpointKey(4), value: alive }],
  });
  await close();
  {
    await using simulator = await startSimulator(
      directory.path,
      ...["--state", directory.path, "--station", "ac-two-sockets"],
    );
    const said = await simulator.lines.until(
      "the orphan",
      (lines) => lines.find(({ what }) => what === "TransactionOrphaned"),
    );
    assertStringIncludes(said.text ?? "", JSON.stringify({ connectorId: 4, localId: 7 }));
  }
  const found = await openDenoKvStore(directory.path, { wallMs: startedMs, report: () => {} });
  assertEquals(await found.store.list(["transaction"]), []);
  await found.close();
});
