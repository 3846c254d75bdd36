/** Planted breaches of style, and what is none. */
import { check } from "./planted.ts";

check("no enum", "hal/clock.ts", "export enum Plug { Open }", "3: make Plug a union of strings; no enums");
check("no decorator", "hal/clock.ts", "@sealed class A {}", "3: call a function; no decorators");
check("no default export", "hal/clock.ts", "export default 1;", "3: export it by name");
check(
  "no inheritance",
  "hal/clock.ts",
  "class A<T extends B> extends C<T> {}",
  "3: hold a C, do not extend it",
);
check("but of errors", "hal/clock.ts", "class A<T extends { b: B }> extends RangeError {}", undefined);
check("nor where a class implements", "hal/clock.ts", "class A implements B { x = y as Z; }", undefined);
check("no arrow at the top", "hal/clock.ts", "export const f = () => 1;", "3: make f a function declaration");
check(
  "with a type or two",
  "hal/clock.ts",
  "const f: F = (x: (y: Y) => Z): Z => x(1);",
  "3: make f a function declaration",
);
check("asynchronous", "hal/clock.ts", "const f = async (x) => 1;", "3: make f a function declaration");
check("of one bare parameter", "hal/clock.ts", "const f = x => x;", "3: make f a function declaration");
check("arrows are for inside", "hal/clock.ts", "function g() { const f = () => 1; }", undefined);
check(
  "a value in brackets is none",
  "hal/clock.ts",
  "const x = (1 + 2) * 3; const y = [() => 1];",
  undefined,
);
check("a member may have any name", "hal/clock.ts", "x.enum; x.export; x.class; x.import(y);", undefined);
