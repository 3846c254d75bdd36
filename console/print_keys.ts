/**
 * Prints a station's configuration keys as rows of the README: `deno task keys [STATION]`, by default those of the reference.
 *
 * Law: it prints and nothing else; `key_rows.ts` says what.
 */
import { stationKeyTable } from "../actors/charger_config.ts";
import { loadStation } from "../hal/drivers/station_files.ts";
import { keyRows } from "./key_rows.ts";

const station = loadStation(Deno.args[0] ?? "reference-dc");
if (station.kind === "refused") {
  console.error(station.problems.join("\n"));
  Deno.exit(2);
}
console.log(keyRows(stationKeyTable(station.value)).join("\n"));
