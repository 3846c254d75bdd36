/**
 * What a request of the central system costs: its time, its number a second, its CPU.
 *
 * OCPP-J allows one CALL in flight a direction (§4.1.1), so requests follow each other. The three processes take turns in
 * small blocks, so that what else the machine does falls on all of them.
 */
import { type Figure, percentile } from "./figure.ts";
import type { Csms } from "./csms.ts";
import { type Peer, startBare, startCharger } from "./peer.ts";

const BLOCKS = 20;
const BLOCK_REQUESTS = 300;
/** Until V8 has compiled what it will compile. */
const WARMING_REQUESTS = 6_000;

export async function requestRows(csms: Csms, directory: string): Promise<readonly Figure[]> {
  await using charger = await startCharger(csms, directory);
  await using echo = await startBare(csms, "echo");
  await using client = await startBare(csms, "client");
  const peers = [charger, echo, client];
  for (const peer of peers) await ask(peer, WARMING_REQUESTS);
  const before = await Promise.all(peers.map((peer) => peer.cpuMs()));
  const times: readonly number[][] = peers.map(() => []);
  for (let block = 0; block < BLOCKS; block++) {
    for (const [at, peer] of peers.entries()) times[at]?.push(...await ask(peer, BLOCK_REQUESTS));
  }
  const after = await Promise.all(peers.map((peer) => peer.cpuMs()));
  const [ours = [], bare = []] = times;
  const [ourCpuUs = NaN, , bareCpuUs = NaN] = after.map((ms, at) =>
    (ms - (before[at] ?? NaN)) * 1_000 / (BLOCKS * BLOCK_REQUESTS)
  );
  return [
    time("request to answer, p50 (bare: echo)", 50, ours, bare),
    time("request to answer, p99 (bare: echo)", 99, ours, bare),
    {
      what: "requests, one at a time (bare: echo)",
      unit: "/s",
      ours: perSecond(ours),
      bare: perSecond(bare),
      aim: { atLeast: 0.7 },
    },
    {
      what: "CPU a request (bare: client that parses and answers)",
      unit: "µs",
      ours: ourCpuUs,
      bare: bareCpuUs,
      aim: { atMost: 1.5 },
    },
  ];
}

/** Milliseconds of each. */
async function ask({ wire }: Peer, requests: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let request = 0; request < requests; request++) {
    const sentMs = performance.now();
    times.push(await wire.ask("GetConfiguration", { key: ["HeartbeatInterval"] }) - sentMs);
  }
  return times;
}

function time(what: string, percent: number, ours: readonly number[], bare: readonly number[]): Figure {
  const us = (times: readonly number[]) => percentile(times, percent) * 1_000;
  return { what, unit: "µs", ours: us(ours), bare: us(bare), aim: { atMost: 1.5 } };
}

function perSecond(times: readonly number[]): number {
  return times.length * 1_000 / times.reduce((sum, ms) => sum + ms, 0);
}
