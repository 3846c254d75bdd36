/** A process that owns a state directory, says so, and waits to be ended. */
import { openStateDirectory } from "../../storage/drivers/state_directory.ts";

openStateDirectory(Deno.args[0] ?? "");
Deno.stdout.writeSync(new TextEncoder().encode("mine\n"));
Deno.stdin.readSync(new Uint8Array(1));
