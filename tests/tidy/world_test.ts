/** Planted ambient names: time, chance and the world come through ports. */
import { check } from "./planted.ts";

for (
  const [said, name] of [
    ["Deno.args;", "Deno"],
    ["const d = Deno;", "Deno"],
    ["Date.now();", "Date.now"],
    ["const now = Date.now;", "Date.now"],
    ["new Date();", "new Date()"],
    ["new Date;", "new Date()"],
    ["Date();", "Date()"],
    ["setTimeout(f, 1);", "setTimeout"],
    ["x ? setInterval : y;", "setInterval"],
    ["Math.random();", "Math.random"],
    ["Math\n.random();", "Math.random"],
    ["fetch(url);", "fetch"],
    ["new WebSocket(url);", "WebSocket"],
    ["console.log(1);", "console"],
    ["crypto.randomUUID();", "crypto"],
    ["performance.now();", "performance"],
    ["globalThis.fetch;", "globalThis"],
    ["process.exit();", "process"],
    ["`${Date.now()}`;", "Date.now"],
    ["`${`${ {a: 1} }` + Date.now()}`;", "Date.now"],
    ["a / Date.now() / b;", "Date.now"],
  ] as const
) {
  for (
    const [path, layer] of [
      ["protocol/frame.ts", "protocol"],
      ["hal/clock.ts", "hal"],
      ["storage/store.ts", "storage"],
      ["actors/otp/kernel.ts", "actors/otp"],
      ["actors/link.ts", "actors"],
      ["actors/tree.ts", "actors/tree"],
      ["hal/drivers/simulated_clock.ts", "simulated drivers of hal"],
    ] as const
  ) {
    check(
      `${path} may not say ${said}`,
      path,
      said,
      `3: take it through a port: ${layer} may not say ${name}`,
    );
  }
  check(`a driver may say ${said}`, "hal/drivers/system_clock.ts", said, undefined);
  check(`the console may say ${said}`, "console/arguments.ts", said, undefined);
}

for (
  const innocent of [
    "new Date(0);",
    "Date.parse(s);",
    "Math.floor(1);",
    "clock.performance;",
    "clock?.fetch();",
    "type T = { fetch: number; readonly process?: string };",
    'const s = "Date.now()";',
    "const s = 'it\\'s Date.now()';",
    "const s = `Date.now() \\` ${1} Deno`;",
    "const r = /Date.now()['\"`]/;",
    "const r = x.replace(/[/'\"]Deno/g, y);",
    "// Deno",
    "/* Deno\n Deno */",
    "const denoVersion = 1;",
  ]
) {
  check(`protocol may say ${innocent}`, "protocol/frame.ts", innocent, undefined);
}

check(
  "protocol makes no promise",
  "protocol/frame.ts",
  "async function f() {}",
  "3: protocol may not say async",
);
check(
  "protocol takes none",
  "protocol/frame.ts",
  "type P = Promise<void>;",
  "3: protocol may not say Promise",
);
