/**
 * The layers of the house, as `README.md` draws them: which folder may import what, and which may touch the world.
 *
 * Law: the first layer whose `files` fit a path is its layer; what is not allowed there is a breach.
 */

export interface Layer {
  readonly name: string;
  /** Paths from the root of the repository, `/` between their parts. */
  readonly files: RegExp;
  /** Files that it may import. */
  readonly values: RegExp;
  /** Files of which it may import types besides. */
  readonly types?: RegExp;
  /** Packages that it may import, by the names of the import map. */
  readonly packages: RegExp;
  /** Packages of which it may import types besides. */
  readonly typePackages?: RegExp;
  /** May say `Deno`, `Date.now`, `setTimeout` and their like. */
  readonly touchesWorld: boolean;
  /** May say `async`, `await` and `Promise`. */
  readonly awaits: boolean;
}

const NOTHING = /^(?!)/;
const EVERYTHING = /^/;
const ALL_BUT_TESTS = /^(?!tests\/)/;
/** Everything but what proves the house and is not of it. */
const BUILT_WITH = /^(?!ajv|fast-check$|ftp-srv$|ocpp-|@std\/assert$|@std\/expect$)/;

/** Drivers of a device that is not there, for the simulator and the tests. */
export const SIMULATED = /\/drivers\/(simulated|memory)_/;

/** Files of `actors/` that hold an actor, as `actors/tree.ts` starts them; the others hold parts of one, or of several. */
const ACTORS =
  "link|outbox|station|configuration|authorizer|local_list|reservations|connector|meter|profile_scheduler|" +
  "firmware_updater|diagnostics|cert_store|security_log|power";

export const LAYERS: readonly Layer[] = [
  {
    name: "tests",
    files: /^tests\//,
    values: EVERYTHING,
    packages: EVERYTHING,
    touchesWorld: true,
    awaits: true,
  },
  {
    name: "main, console and simulator",
    files: /^(main\.ts$|console\/|simulator\/)/,
    values: ALL_BUT_TESTS,
    packages: BUILT_WITH,
    touchesWorld: true,
    awaits: true,
  },
  {
    name: "protocol",
    files: /^protocol\//,
    values: /^protocol\//,
    packages: /^zod$/,
    touchesWorld: false,
    awaits: false,
  },
  ...["hal", "storage", "firmware"].flatMap(portLayers),
  {
    name: "actors/otp",
    files: /^actors\/otp\//,
    values: /^actors\/otp\//,
    types: /^hal\/(clock|log)\.ts$/,
    packages: NOTHING,
    touchesWorld: false,
    awaits: true,
  },
  {
    name: "actors/tree",
    files: /^actors\/tree\.ts$/,
    values: /^(actors|protocol|firmware\/[^/]+$|storage\/(record_keys|record_reading|records|unreadable))/,
    types: /^(hal|storage)\/[^/]+$/,
    packages: NOTHING,
    touchesWorld: false,
    awaits: true,
  },
  {
    // An actor is reached by messages alone: of its file the others take types.
    name: "actors",
    files: /^actors\//,
    values: new RegExp(
      `^(actors/otp/|actors/(?!(tree|${ACTORS})\\.ts$)[^/]+$|protocol/|firmware/[^/]+$|storage/(record_keys|record_reading|records|unreadable))`,
    ),
    types: /^(actors|hal|storage)\/[^/]+$/,
    packages: NOTHING,
    touchesWorld: false,
    awaits: true,
  },
];

/** A folder of ports: pure in itself, with drivers below it, of which the simulated ones are pure too. */
function portLayers(folder: string): readonly Layer[] {
  const files = (rest: RegExp) => new RegExp(`^${folder}${rest.source}`);
  const pure = { packages: /^zod$/, touchesWorld: false, awaits: true };
  const drivers = { values: new RegExp(`^(protocol/|${folder}/)`), types: /^(hal|storage|firmware)\/[^/]+$/ };
  return [
    { name: `simulated drivers of ${folder}`, files: files(SIMULATED), ...drivers, ...pure },
    {
      name: `drivers of ${folder}`,
      files: files(/\/drivers\//),
      ...drivers,
      packages: BUILT_WITH,
      touchesWorld: true,
      awaits: true,
    },
    {
      name: folder,
      files: files(/\//),
      values: new RegExp(`^(protocol/|${folder}/[^/]+$)`),
      ...pure,
      // What a socket is to the libraries over it (`hal/stream.ts`).
      typePackages: /^node:stream$/,
    },
  ];
}
