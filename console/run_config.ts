/**
 * The configuration of one charger: the JSON file of `--config`, with the command line's options laid over it.
 *
 * Law: it is judged once, after the two have been put together, so that whoever reads it finds everything in its place.
 *
 * ```json
 * {
 *   "csms": "ws://csms.example.com/ocpp",
 *   "csmsSecure": "wss://csms.example.com/ocpp",
 *   "securityProfile": 1,
 *   "chargePointId": "CP001",
 *   "vendor": "Example",
 *   "model": "DC 50",
 *   "serialNumber": "0001",
 *   "firmwareVersion": "1.0.0",
 *   "station": "reference-dc",
 *   "configuration": { "HeartbeatInterval": "300" },
 *   "rootCertificates": ["/etc/chargerd/root.pem"],
 *   "localTransfers": [],
 *   "stateDirectory": "/var/lib/chargerd",
 *   "socket": "/run/chargerd/chargerd.sock"
 * }
 * ```
 * Relative paths start at the working directory. `csmsSecure`, `securityProfile`, `serialNumber`, `firmwareVersion`,
 * `configuration`, `rootCertificates`, `localTransfers` and `socket` may be left out; for `simulate` everything may.
 */
import { z } from "zod";
import { localKinds } from "../firmware/transfer_address.ts";
import { type Handwritten, judgeHandwritten, parseHandwritten } from "../hal/handwritten.ts";
import { SecurityProfile } from "../protocol/proof.ts";
import { SOCKET_PATH_BYTES_MAX } from "./socket_file.ts";
import type { RunOptions, SimulateOptions, StationOptions } from "./arguments.ts";

const SCHEMA = z.strictObject({
  /** Without the charge point identity, which the link appends (OCPP-J 1.6 §3.1.1). */
  csms: z.string().refine(isEndpoint, {
    error: "write a URL as ws://host/path or wss://host/path, without user, query and fragment",
  }),
  /** Where security profiles 2 and 3 are served, if elsewhere (security white paper A00.FR.006). */
  csmsSecure: z.string().refine((text) => isEndpoint(text) && /^wss:/i.test(text), {
    error: "write a URL as wss://host/path, without user, query and fragment",
  }).optional(),
  /** Of the first start; later the one that is kept, unless this one is higher. */
  securityProfile: SecurityProfile.optional(),
  /** A `:` would end the user name of Basic authentication; 48 characters are OCPP 2.0.1's limit, 1.6 has none. */
  chargePointId: z.string().regex(/^(?!\.{1,2}$)[ -9;-~]{1,48}$/, {
    error: "write 1 to 48 printable ASCII characters without a colon",
  }),
  /** BootNotification's chargePointVendor and the fields after it (OCPP 1.6 §6.3). */
  vendor: ciString(20),
  model: ciString(20),
  serialNumber: ciString(25).optional(),
  firmwareVersion: ciString(50).optional(),
  /** The name of a profile that ships, the path of a JSON file, or the profile itself. */
  station: z.union([z.string().min(1), z.record(z.string(), z.unknown())], {
    error: "write the name of a station profile, the path of one, or the profile itself",
  }),
  /** First values of OCPP configuration keys; from the first boot on, what is persisted wins. */
  configuration: z.record(z.string().min(1).max(50), z.string().max(500)).default({}),
  /** PEM texts, or paths of PEM files. */
  rootCertificates: z.array(z.string().min(1)).max(20).default([]),
  /** To which local addresses files may be sent; without it to none, and in `simulate` to the loopback ones. */
  localTransfers: z.array(z.enum(localKinds)).max(localKinds.length).optional(),
  stateDirectory: z.string().min(1),
  socket: z.string().min(1).refine((path) => new TextEncoder().encode(path).length <= SOCKET_PATH_BYTES_MAX, {
    error: `write a path of at most ${SOCKET_PATH_BYTES_MAX} bytes`,
  }).optional(),
}).readonly();

export type RunConfig = z.output<typeof SCHEMA>;

/** `simulate` brings a central system and a temporary state directory where none is named. */
const SIMULATE_SCHEMA = SCHEMA.unwrap().partial({ csms: true, stateDirectory: true }).readonly();

export type SimulateConfig = z.output<typeof SIMULATE_SCHEMA>;

/** What `simulate` takes where neither file nor option says anything. */
const SIMULATE_DEFAULTS = {
  chargePointId: "CP001",
  vendor: "chargerd",
  model: "Simulator",
  station: "reference-dc",
};

/** Which field an option overrides. */
const OVERRIDES = [
  ["csms", "csms"],
  ["id", "chargePointId"],
  ["securityProfile", "securityProfile"],
  ["station", "station"],
  ["state", "stateDirectory"],
  ["socket", "socket"],
] as const;

/** `text` is what the file of `--config` holds. */
export function readRunConfig(text: string, options: RunOptions): Handwritten<RunConfig> {
  const file = parseHandwritten(text);
  return file.kind === "refused" ? file : judge(SCHEMA, file.value, options);
}

/** `text` is undefined where there is no `--config`. */
export function readSimulateConfig(
  text: string | undefined,
  options: SimulateOptions,
): Handwritten<SimulateConfig> {
  const file = parseHandwritten(text ?? "{}");
  return file.kind === "refused" ? file : judge(SIMULATE_SCHEMA, file.value, options, SIMULATE_DEFAULTS);
}

function judge<S extends z.ZodType>(
  schema: S,
  file: unknown,
  options: StationOptions,
  defaults = {},
): Handwritten<z.output<S>> {
  if (typeof file !== "object" || file === null || Array.isArray(file)) return judgeHandwritten(schema, file);
  const given = OVERRIDES.filter(([option]) => options[option] !== undefined);
  const overrides = Object.fromEntries(given.map(([option, field]) => [field, options[option]]));
  const roots = options.rootFiles.length === 0 ? {} : { rootCertificates: options.rootFiles };
  const judged = judgeHandwritten(schema, { ...defaults, ...file, ...overrides, ...roots });
  if (judged.kind === "read") return judged;
  const problems = judged.problems.map((problem) => {
    const from = given.find(([, field]) => problem.startsWith(`${field}: `));
    return from === undefined ? problem : `--${optionName(from[0])}${problem.slice(from[1].length)}`;
  });
  return { kind: "refused", problems };
}

/** As it is typed. */
function optionName(option: string): string {
  return option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function ciString(charactersMax: number): z.ZodString {
  return z.string().regex(new RegExp(`^[ -~]{1,${charactersMax}}$`), {
    error: `write 1 to ${charactersMax} printable ASCII characters`,
  });
}

function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^wss?:\/\/[^?#]+$/i.test(text) && url.username === "" && url.password === "";
}
