/**
 * A TypeScript text as tokens: names, strings and punctuation, without comments and white space.
 *
 * Law: what stands in a comment, a string or a regular expression is never taken for code; what stands between `${` and
 * `}` is. It knows no grammar: whether `/` divides is told by the token before it.
 */

export interface Token {
  readonly kind: "name" | "string" | "number" | "pattern" | "punctuation";
  /** Of a string what is between its quotes, escapes and all; a template is one string for each part around a `${ }`. */
  readonly text: string;
  readonly line: number;
}

/** In the order of the kinds: white space and comments, which leave nothing, then what the groups' numbers say. */
const LEXEME =
  /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|(#?[\p{L}_$][\p{L}\p{N}_$]*)|(\d[\w.]*)|("(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')|(=>|\?\.|\.\.\.|[^])/yu;

const PATTERN = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** A stretch of template text, up to `${` or the closing backtick. */
const TEMPLATE = /(?:[^`\\$]|\\[^]|\$(?!\{))*(\$\{|`)/y;

/** After these words an expression begins, so that `/` begins a pattern. */
const BEFORE_EXPRESSION = new Set([
  "return",
  "typeof",
  "case",
  "in",
  "of",
  "do",
  "else",
  "yield",
  "await",
  "new",
  "delete",
]);

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  /** One entry for each `${` that is open: how many braces are open within it. */
  const templates: number[] = [];
  let at = 0;
  let line = 1;

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    at += match?.[0].length ?? 0;
    return match;
  }

  function push(kind: Token["kind"], lexeme: string): void {
    tokens.push({ kind, text: kind === "string" ? lexeme.slice(1, -1) : lexeme, line });
  }

  function takeTemplate(): void {
    const match = take(TEMPLATE);
    if (match === null) throw new Error(`close the template that is open at line ${line}`);
    const [part, end = ""] = match;
    tokens.push({ kind: "string", text: part.slice(0, -end.length), line });
    if (end === "${") templates.push(0);
    line += count(part);
  }

  function countBrace(punctuation: string): void {
    const open = templates.at(-1);
    if (open === undefined) return;
    if (punctuation === "{") templates[templates.length - 1] = open + 1;
    if (punctuation === "}") templates[templates.length - 1] = open - 1;
  }

  while (at < text.length) {
    if (text[at] === "/" && beginsPattern(text[at + 1], tokens.at(-1))) {
      const pattern = take(PATTERN);
      if (pattern !== null) {
        push("pattern", pattern[0]);
        continue;
      }
    }
    const [lexeme = "", name, number, string, punctuation] = take(LEXEME) ?? [];
    if (name !== undefined) push("name", name);
    else if (number !== undefined) push("number", number);
    else if (string !== undefined) push("string", string);
    else if (punctuation === "`") takeTemplate();
    else if (punctuation === "}" && templates.at(-1) === 0) {
      templates.pop();
      takeTemplate();
    } else if (punctuation !== undefined) {
      countBrace(punctuation);
      push("punctuation", punctuation);
    } else line += count(lexeme);
  }
  return tokens;
}

function beginsPattern(next: string | undefined, before: Token | undefined): boolean {
  if (next === "/" || next === "*") return false;
  if (before === undefined) return true;
  if (before.kind === "name") return BEFORE_EXPRESSION.has(before.text);
  return before.kind === "punctuation" && ![")", "]", "}"].includes(before.text);
}

function count(text: string): number {
  return text.split("\n").length - 1;
}
