/**
 * Names through which a file touches the world without importing anything: time, chance, the network, the process.
 *
 * Law: outside the layers that may touch the world, none of these names is said.
 */
import type { Layer } from "./layers.ts";
import type { Token } from "./tokens.ts";

const AMBIENT = new Set([
  "Deno",
  "WebSocket",
  "Worker",
  "clearInterval",
  "clearTimeout",
  "console",
  "crypto",
  "fetch",
  "globalThis",
  "localStorage",
  "navigator",
  "performance",
  "process",
  "setImmediate",
  "setInterval",
  "setTimeout",
]);

const PROMISES = new Set(["Promise", "async", "await"]);

/** One sentence a breach, `line: what is wrong`. */
export function worldBreaches(tokens: readonly Token[], layer: Layer): readonly string[] {
  return tokens.flatMap((token, at) => {
    if (token.kind !== "name" || isMember(tokens, at)) return [];
    const ambient = layer.touchesWorld ? undefined : ambientAt(tokens, at);
    if (ambient !== undefined) {
      return [`${token.line}: take it through a port: ${layer.name} may not say ${ambient}`];
    }
    if (!layer.awaits && PROMISES.has(token.text)) {
      return [`${token.line}: ${layer.name} may not say ${token.text}`];
    }
    return [];
  });
}

/** A member of something else, or the name of a field or parameter. */
function isMember(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.text;
  if (before === "." || before === "?.") return true;
  const after = tokens[at + 1]?.text;
  return (after === ":" && before !== "?") || (after === "?" && tokens[at + 2]?.text === ":");
}

function ambientAt(tokens: readonly Token[], at: number): string | undefined {
  const word = tokens[at]?.text ?? "";
  if (AMBIENT.has(word)) return word;
  const [next, member] = [tokens[at + 1]?.text, tokens[at + 2]?.text];
  if (word === "Math" && member === "random") return "Math.random";
  if (word === "Temporal" && member === "Now") return "Temporal.Now";
  if (word !== "Date") return undefined;
  if (next === "." && member === "now") return "Date.now";
  // With an argument it is that moment, which is pure; without one it is now, and `Date(…)` without `new` always is.
  if (tokens[at - 1]?.text === "new") return next !== "(" || member === ")" ? "new Date()" : undefined;
  return next === "(" ? "Date()" : undefined;
}
