/**
 * A thousand transactions of one charger: from RemoteStartTransaction to StartTransaction, and what memory they take.
 *
 * The simulated hardware has no delays of its own: a meter answers at once, a car takes energy at once. The bare client
 * answers, commits two records to a Deno KV of its own, and then sends its StartTransaction.
 */
import type { Csms, Wire } from "./csms.ts";
import { type Figure, median } from "./figure.ts";
import { type Peer, startBare, startCharger } from "./peer.ts";

const TRANSACTIONS = 1_000;
/** What goes back and forth in one of them: a start, a stop, and a status before and after each. */
const EXCHANGES = 7;

export async function transactionRows(csms: Csms, directory: string): Promise<readonly Figure[]> {
  await using charger = await startCharger(csms, directory);
  await using client = await startBare(csms, "client", directory);
  await using echo = await startBare(csms, "echo");
  await settled(charger);
  const idle = { ours: await charger.residentMb(), bare: await echo.residentMb() };
  const halves = [await play(charger, client, directory), await play(charger, client, directory)] as const;
  for (let exchange = 0; exchange < TRANSACTIONS * EXCHANGES; exchange++) await settled(echo);
  const [half, whole] = halves;
  return [
    {
      what: "RemoteStart to StartTransaction, p50 (bare: client that commits to Deno KV)",
      unit: "ms",
      ours: median([...half.ours, ...whole.ours]),
      bare: median([...half.bare, ...whole.bare]),
      aim: { atMost: 1 },
    },
    memory("resident memory, idle (bare: echo)", idle.ours, idle.bare, 30),
    memory(
      `resident memory after ${TRANSACTIONS} transactions (bare: echo after as many frames)`,
      whole.residentMb,
      await echo.residentMb(),
      30,
    ),
    memory("the same is flat (bare: ours after half of them)", whole.residentMb, half.residentMb, 5),
  ];
}

interface Half {
  /** Milliseconds of each. */
  readonly ours: readonly number[];
  readonly bare: readonly number[];
  readonly residentMb: number;
}

async function play(charger: Peer, client: Peer, directory: string): Promise<Half> {
  using hands = Deno.createHttpClient({ proxy: { transport: "unix", path: `${directory}/socket` } });
  const ours: number[] = [];
  const bare: number[] = [];
  const post = async (verb: "plug" | "unplug") => {
    const address = `http://chargerd/hardware/connectors/1/${verb}`;
    await (await fetch(address, { client: hands, method: "POST" })).body?.cancel();
  };
  for (let transaction = 0; transaction < TRANSACTIONS / 2; transaction++) {
    await seen(charger.wire, "Preparing", () => post("plug"));
    await settled(charger);
    await seen(charger.wire, "Charging", async () => ours.push(await remoteStart(charger.wire)));
    await seen(charger.wire, "Available", () => post("unplug"));
    await settled(charger);
    bare.push(await remoteStart(client.wire));
  }
  return { ours, bare, residentMb: await charger.residentMb() };
}

/** Any answer comes after the commits under way: what is measured next has the disk to itself. */
async function settled({ wire }: Peer): Promise<void> {
  await wire.ask("GetConfiguration", { key: ["HeartbeatInterval"] });
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

function memory(what: string, ours: number, bare: number, more: number): Figure {
  return { what, unit: "MB", ours, bare, aim: { more } };
}
