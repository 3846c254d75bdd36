/** From the start of the `deno` binary to BootNotification on the wire, on the state directory of an earlier start. */
import { type Figure, median } from "./figure.ts";
import type { Csms } from "./csms.ts";
import { startBare, startCharger } from "./peer.ts";

const STARTS = 9;

export async function startRows(csms: Csms, directory: string): Promise<readonly Figure[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let start = 0; start <= STARTS; start++) {
    {
      await using charger = await startCharger(csms, directory);
      ours.push(charger.startMs);
    }
    {
      await using echo = await startBare(csms, "echo");
      bare.push(echo.startMs);
    }
  }
  // The first one fills caches: Deno's of what it has compiled, and the file system's.
  return [{
    what: "process start to BootNotification, median (bare: connects and sends one frame)",
    unit: "ms",
    ours: median(ours.slice(1)),
    bare: median(bare.slice(1)),
    aim: { value: 200 },
  }];
}
