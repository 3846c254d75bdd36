/** Planted imports that the layers forbid, and a few that they allow. */
import { check } from "./planted.ts";

check(
  "protocol imports no port",
  "protocol/frame.ts",
  'import type { C } from "../hal/clock.ts";',
  "3: protocol may not import hal/clock.ts",
);
check("protocol imports zod alone", "protocol/frame.ts", 'import "ws";', '3: protocol may not import "ws"');
check("nor Node's modules", "protocol/frame.ts", 'import "node:fs";', '3: protocol may not import "node:fs"');
check(
  "a port imports no driver",
  "hal/clock.ts",
  'import { d } from "./drivers/system_clock.ts";',
  "3: hal may not import hal/drivers/system_clock.ts",
);
check("nor a library", "storage/store.ts", 'import "@std/async";', '3: storage may not import "@std/async"');
check("a stream's type is Node's", "hal/clock.ts", 'import type { Duplex } from "node:stream";', undefined);
check(
  "nor Node's at run time",
  "hal/clock.ts",
  'import "node:stream";',
  '3: hal may not import "node:stream" but as a type',
);
check(
  "a driver imports no actor, not even its types",
  "hal/drivers/system_clock.ts",
  'import type { a } from "../../actors/link.ts";',
  "3: drivers of hal may not import actors/link.ts",
);
check(
  "a driver imports another folder's port as a type",
  "storage/drivers/kv_store.ts",
  'import type { C } from "../../hal/clock.ts";',
  undefined,
);
check(
  "and not as a value",
  "storage/drivers/kv_store.ts",
  'import { C } from "../../hal/clock.ts";',
  "3: drivers of storage may not import hal/clock.ts but as a type",
);
check(
  "a simulated driver imports no library",
  "hal/drivers/simulated_clock.ts",
  'import "ws";',
  '3: simulated drivers of hal may not import "ws"',
);
check(
  "the kernel knows nothing of charging",
  "actors/otp/kernel.ts",
  'import { t } from "../../protocol/frame.ts";',
  "3: actors/otp may not import protocol/frame.ts",
);
check(
  "the kernel takes the clock as a type",
  "actors/otp/kernel.ts",
  'import { C } from "../../hal/clock.ts";',
  "3: actors/otp may not import hal/clock.ts but as a type",
);
check(
  "an actor takes ports as types",
  "actors/link.ts",
  'import { C, type D } from "../hal/clock.ts";',
  "3: actors may not import hal/clock.ts but as a type",
);
check("also one by one", "actors/link.ts", 'import { type C, type D } from "../hal/clock.ts";', undefined);
check(
  "an actor imports no driver",
  "actors/link.ts",
  'import type { C } from "../hal/drivers/system_clock.ts";',
  "3: actors may not import hal/drivers/system_clock.ts",
);
check(
  "an actor takes no value from another actor",
  "actors/meter.ts",
  'import { link } from "./link.ts";',
  "3: actors may not import actors/link.ts but as a type",
);
check("but its types", "actors/meter.ts", 'import type { Link } from "./link.ts";', undefined);
check(
  "an actor imports no package",
  "actors/link.ts",
  'import { z } from "zod";',
  '3: actors may not import "zod"',
);
check(
  "nobody below imports the tree of actors",
  "actors/link.ts",
  'import { tree } from "./tree.ts";',
  "3: actors may not import actors/tree.ts but as a type",
);
check(
  "nothing but a test imports from the tests",
  "console/arguments.ts",
  'import "../tests/child.ts";',
  "3: main, console and simulator may not import tests/child.ts",
);
check(
  "what only proves is not built with",
  "console/arguments.ts",
  'import "fast-check";',
  '3: main, console and simulator may not import "fast-check"',
);
check(
  "a package is named in deno.json alone",
  "console/arguments.ts",
  'import "npm:ws@8";',
  '3: map it in deno.json and import the bare name, not "npm:ws@8"',
);
check(
  "a file belongs to a layer",
  "panel/door.ts",
  "",
  "1: put it into a folder that is a layer",
);
