/**
 * A thousand transactions of one charger: from RemoteStartTransaction to StartTransaction, and what memory they take.
 *
 * The simulated hardware has no delays of its own: a meter answers at once, a car takes energy at once. The bare client
 * answers, commits two records to a Deno KV of its own, and then sends its StartTransaction.
 */
import { type Figure, median } from "./figure.ts";
import type { Csms, Wire } from "./csms.ts";
import { startBare, startCharger } from "./peer.ts";

const TRANSACTIONS = 1_000;

export async function transactionRows(csms: Csms, directory: string): Promise<readonly Figure[]> {
  await using charger = await startCharger(csms, directory);
  await using client = await startBare(csms, "client", directory);
  await using echo = await startBare(csms, "echo");
  using hands = Deno.createHttpClient({ proxy: { transport: "unix", path: `${directory}/socket` } });
  const post = async (verb: "plug" | "unplug") => {
    const address = `http://chargerd/hardware/connectors/1/${verb}`;
    await (await fetch(address, { client: hands, method: "POST" })).body?.cancel();
  };
  const ours: number[] = [];
  const bare: number[] = [];
  const idle = [await charger.residentMb(), await echo.residentMb()] as const;
  let halfway = NaN;
  for (let transaction = 0; transaction < TRANSACTIONS; transaction++) {
    if (transaction === TRANSACTIONS / 2) halfway = await charger.residentMb();
    await seen(charger.wire, "Preparing", () => post("plug"));
    await seen(charger.wire, "Charging", async () => ours.push(await remoteStart(charger.wire)));
    await seen(charger.wire, "Available", () => post("unplug"));
    bare.push(await remoteStart(client.wire));
  }
  const after = await charger.residentMb();
  return [
    {
      what: "RemoteStart to StartTransaction, p50 (bare: client that commits to Deno KV)",
      unit: "ms",
      ours: median(ours),
      bare: median(bare),
      aim: { atMost: 1 },
    },
    memory("resident memory, idle", idle[0], idle[1], 30),
    memory(`resident memory after ${TRANSACTIONS} transactions`, after, await echo.residentMb(), 30),
    memory(
      `resident memory after ${TRANSACTIONS} transactions (bare: ours after half of them)`,
      after,
      halfway,
      1,
    ),
  ];
}

function memory(what: string, ours: number, bare: number, more: number): Figure {
  return { what, unit: "MB", ours, bare, aim: { more } };
}

async function remoteStart(wire: Wire): Promise<number> {
  const started = wire.called(({ action }) => action === "StartTransaction");
  const sentMs = performance.now();
  await wire.ask("RemoteStartTransaction", { connectorId: 1, idTag: "04A2B3C4D5E680" });
  return (await started).atMs - sentMs;
}

/** Does it, and waits for the StatusNotification that tells of it. */
async function seen(wire: Wire, status: string, act: () => Promise<unknown>): Promise<void> {
  const told = wire.called(({ payload }) => payload.connectorId === 1 && payload.status === status);
  await act();
  await told;
}
