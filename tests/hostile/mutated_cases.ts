/**
 * Frames in which bytes were changed at random: what no list of values would think of (notes/reliability.md C3, Method).
 *
 * Law: drawn from the seed. Such a frame may be anything, so it may be answered or not; it may not do harm.
 */
import type { HostileCase } from "./hostile_case.ts";

/** Longer frames hurt by their length, which others try. */
const charactersMax = 2_000;
const changesMax = 4;
const alphabet = '[]{}",:\\/0123456789-+.eEtrufalsn \t\u0000\u001f\u007fé🔌\u2028\ufeff_$';

export function mutatedCases(
  cases: readonly HostileCase[],
  count: number,
  draw: () => number,
): readonly HostileCase[] {
  const texts = cases.flatMap(({ texts }) => texts({ own: "mutant", chargers: "charger" }))
    .filter((text) => text.length <= charactersMax);
  return Array.from({ length: count }, () => mutated(picked(texts, draw), picked(texts, draw), draw));
}

function mutated(text: string, other: string, draw: () => number): HostileCase {
  let changed = text;
  for (let changes = Math.ceil(draw() * changesMax); changes > 0; changes--) {
    changed = change(changed, other, draw);
  }
  const sent = changed.toWellFormed();
  const id = idIn(sent);
  return {
    name: `the frame ${JSON.stringify(sent)}`,
    texts: () => [sent],
    answers: () => id === null ? [] : [{ id, verdict: "any", action: "" }],
  };
}

/** One change: a character more, less or other, a piece lost, doubled or taken from another frame. */
function change(text: string, other: string, draw: () => number): string {
  const at = Math.floor(draw() * text.length);
  const to = at + 1 + Math.floor(draw() * 12);
  const character = picked([...alphabet], draw);
  const kind = draw();
  if (kind < 0.25) return text.slice(0, at) + character + text.slice(at + 1);
  if (kind < 0.45) return text.slice(0, at) + character + text.slice(at);
  if (kind < 0.6) return text.slice(0, at) + text.slice(to);
  if (kind < 0.75) return text.slice(0, to) + text.slice(at);
  if (kind < 0.9) return text.slice(0, at) + other.slice(at, to) + text.slice(at);
  return text.slice(0, at) + other.slice(at);
}

/** The id under which it may be answered. Of what is too much to be parsed at all it is read off the beginning. */
function idIn(text: string): string | null {
  try {
    const frame = JSON.parse(text);
    const id = Array.isArray(frame) && frame[0] === 2 ? frame[1] : null;
    return typeof id === "string" || typeof id === "number" ? String(id) : null;
  } catch {
    return /^\s*\[\s*2\s*,\s*"([^"]*)"/.exec(text)?.[1] ?? null;
  }
}

function picked<T>(items: readonly T[], draw: () => number): T {
  const item = items[Math.floor(draw() * items.length)];
  if (item === undefined) throw new RangeError("pick from what is not empty");
  return item;
}
