/**
 * What a file asks of others: its imports, re-exports and dynamic imports, and the files that it names in a string.
 *
 * Law: every way of the language to reach another file is seen, type imports included.
 */
import type { Token } from "./tokens.ts";

export interface Import {
  readonly specifier: string;
  /** Nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
  /** `export * from`. */
  readonly barrel: boolean;
  readonly line: number;
}

export function importsOf(tokens: readonly Token[]): readonly Import[] {
  return tokens.flatMap((token, at) => {
    if (token.kind !== "name" || tokens[at - 1]?.text === ".") return [];
    if (token.text === "import") return importAt(tokens, at);
    if (token.text === "export") return reexportAt(tokens, at);
    return [];
  });
}

/** Relative paths that stand in a string and end as a script does: a worker, or a program that a test starts. */
export function pathsNamedIn(tokens: readonly Token[]): readonly string[] {
  return tokens.filter((token) => token.kind === "string" && /^\.{1,2}\/.*\.ts$/.test(token.text)).map((
    { text },
  ) => text);
}

function importAt(tokens: readonly Token[], at: number): readonly Import[] {
  const next = tokens[at + 1];
  if (next?.text === "." && next.kind === "punctuation") return [];
  if (next?.text === "(" && next.kind === "punctuation") return found(tokens, at + 2, false);
  if (next?.kind === "string") return found(tokens, at + 1, false);
  const from = indexOfFrom(tokens, at);
  return found(tokens, from + 1, isTypeOnly(tokens.slice(at + 1, from)));
}

function reexportAt(tokens: readonly Token[], at: number): readonly Import[] {
  const type = tokens[at + 1]?.text === "type" ? 1 : 0;
  const open = tokens[at + 1 + type];
  if (open?.text === "*") return found(tokens, indexOfFrom(tokens, at) + 1, type === 1, true);
  if (open?.text !== "{") return [];
  const close = tokens.findIndex((token, index) =>
    index > at && token.text === "}" && token.kind === "punctuation"
  );
  if (tokens[close + 1]?.text !== "from") return [];
  return found(tokens, close + 2, isTypeOnly(tokens.slice(at + 1, close + 1)));
}

/** The first `from` with a string behind it: a binding may bear that name too. */
function indexOfFrom(tokens: readonly Token[], at: number): number {
  return tokens.findIndex((token, index) =>
    index > at && token.text === "from" && tokens[index + 1]?.kind === "string"
  );
}

/** `type X`, `type { X }`, or `{ type X, type Y }`. */
function isTypeOnly(clause: readonly Token[]): boolean {
  const words = clause.map(({ text }) => text);
  if (words[0] === "type" && words[1] !== "," && words.length > 1) return true;
  if (words[0] !== "{" || words[1] === "}") return false;
  return words.every((word, i) =>
    (word !== "{" && word !== ",") || words[i + 1] === "type" || words[i + 1] === "}"
  );
}

function found(tokens: readonly Token[], at: number, typeOnly: boolean, barrel = false): readonly Import[] {
  const token = tokens[at];
  if (token === undefined) return [];
  // A dynamic import of something computed has no name that could be judged: it is reported as what it says.
  return [{ specifier: token.text, typeOnly, barrel, line: token.line }];
}
