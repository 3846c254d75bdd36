/**
 * What of OpenSSL this machine has: the command, and the library that a station's `tlsDriver` may want.
 *
 * Law: a test that needs what is missing is ignored, never red, and its name says so: what was not proven, and what to install.
 */
import { loadOpenssl } from "../../hal/drivers/openssl_library.ts";
import { TlsFailed } from "../../hal/stream.ts";

export type Needed = "nothing" | "command" | "library";

/** For a test or a step: its name, and whether it is left out. It is looked for once, and only when it is needed. */
export function needing(
  what: Needed,
  name: string,
): { readonly name: string; readonly ignore: boolean } {
  const why = looked.get(what) ?? lookFor[what]();
  looked.set(what, why);
  return why === "" ? { name, ignore: false } : { name: `${name} (NOT PROVEN HERE: ${why})`, ignore: true };
}

const looked = new Map<Needed, string>();

/** Empty where it is there. */
const lookFor: Readonly<Record<Needed, () => string>> = {
  nothing: () => "",
  command: () => hasCommand() ? "" : "there is no openssl command; install it, as by apt install openssl",
  library: () => hasLibrary() ? "" : "there is no libssl.so.3; install it, as by apt install libssl3",
};

function hasCommand(): boolean {
  try {
    const command = new Deno.Command("openssl", { args: ["version"], stdout: "null", stderr: "null" });
    return command.outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function hasLibrary(): boolean {
  try {
    loadOpenssl();
    return true;
  } catch (error) {
    if (error instanceof TlsFailed) return false;
    throw error;
  }
}
