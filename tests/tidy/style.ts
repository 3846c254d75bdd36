/**
 * The house's style, as far as it shows in the words of a file: no enums, no decorators, no inheritance but of errors,
 * functions rather than arrows at the top level, no default exports.
 *
 * Law: a habit that is not tested is a habit until Friday. (`any`, `var` and their like are the linter's.)
 */
import type { Token } from "./tokens.ts";

/** Longer than any head of a class, up to its brace. */
const HEAD_TOKENS_MAX = 100;

/** One sentence a breach, `line: what is wrong`. */
export function styleBreaches(tokens: readonly Token[]): readonly string[] {
  const breaches: string[] = [];
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "punctuation") {
      if ("([{".includes(token.text)) depth++;
      if (")]}".includes(token.text)) depth--;
    }
    const wrong = wrongAt(tokens, at, depth);
    if (wrong !== undefined) breaches.push(`${token.line}: ${wrong}`);
  }
  return breaches;
}

function wrongAt(tokens: readonly Token[], at: number, depth: number): string | undefined {
  const { kind, text } = tokens[at] ?? { kind: "punctuation", text: "" };
  if (kind === "punctuation") return text === "@" ? "call a function; no decorators" : undefined;
  if (kind !== "name" || tokens[at - 1]?.text === ".") return undefined;
  const next = tokens[at + 1];
  if (text === "enum" && next?.kind === "name") return `make ${next.text} a union of strings; no enums`;
  if (text === "export" && next?.text === "default") return "export it by name";
  if (text === "class") return inheritanceAt(tokens, at);
  if (text === "const" && depth === 0 && next?.kind === "name" && isArrowAt(tokens, at + 2)) {
    return `make ${next.text} a function declaration`;
  }
  return undefined;
}

/** `class Name<…> extends Base`: an error may, since a `catch` tells errors apart by their class. */
function inheritanceAt(tokens: readonly Token[], at: number): string | undefined {
  let angles = 0;
  for (const [i, { text }] of tokens.slice(at, at + HEAD_TOKENS_MAX).entries()) {
    if (text === "<") angles++;
    if (text === ">") angles--;
    if (angles > 0) continue;
    if (text === "{") return undefined;
    const base = tokens[at + i + 1]?.text ?? "";
    if (text === "extends") return base.endsWith("Error") ? undefined : `hold a ${base}, do not extend it`;
  }
  return undefined;
}

/** After the name of a constant: `= (…) =>`, `= async (…): T =>`, `= x =>`, with or without a type of its own. */
function isArrowAt(tokens: readonly Token[], at: number): boolean {
  let start = tokens.findIndex((token, index) => index >= at && (token.text === "=" || token.text === ";"));
  if (start < 0 || tokens[start]?.text === ";") return false;
  if (tokens[start + 1]?.text === "async") start++;
  if (tokens[start + 2]?.text === "=>") return true;
  if (tokens[start + 1]?.text !== "(") return false;
  let depth = 0;
  const close = tokens.findIndex((token, index) => {
    if (index <= start || token.kind !== "punctuation") return false;
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    return depth === 0;
  });
  return ["=>", ":"].includes(tokens[close + 1]?.text ?? "");
}
