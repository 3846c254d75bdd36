/** Every way of the language to import is seen; what only looks like one is not. */
import { check } from "./planted.ts";

const FORBIDDEN = "3: protocol may not import hal/clock.ts";
check("by re-export", "protocol/frame.ts", 'export { C } from "../hal/clock.ts";', FORBIDDEN);
check("by re-export of a type", "protocol/frame.ts", 'export type { C } from "../hal/clock.ts";', FORBIDDEN);
check("dynamically", "protocol/frame.ts", 'import("../hal/clock.ts");', FORBIDDEN);
check("in a type", "protocol/frame.ts", 'type X = import("../hal/clock.ts").C;', FORBIDDEN);
check("for its effect", "protocol/frame.ts", "import '../hal/clock.ts';", FORBIDDEN);
check("by default", "protocol/frame.ts", 'import type from "../hal/clock.ts";', FORBIDDEN);
check("as a namespace", "protocol/frame.ts", 'import * as from from "../hal/clock.ts";', FORBIDDEN);
check(
  "over lines",
  "protocol/frame.ts",
  'import {\n  from,\n} from "../hal/clock.ts";',
  FORBIDDEN.replace("3", "5"),
);
check(
  "as a barrel",
  "console/arguments.ts",
  'export * from "../simulator/car.ts";',
  "3: import where it is used; no barrel over simulator/car.ts",
);
check("import.meta imports nothing", "console/arguments.ts", "import.meta.url;", undefined);
check("a comment imports nothing", "protocol/frame.ts", '// import "ws";\n/* import "ws"; */', undefined);
check("nor does a string", "protocol/frame.ts", "const s = 'import \"ws\"';", undefined);
