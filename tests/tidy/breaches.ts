/**
 * What is untidy in a tree of TypeScript files: breaches of the layers, of the house's names and of its style.
 *
 * Law: pure, from texts to sentences; a tree without a sentence is tidy. What the compiler and the linter see already
 * (types, `any`, unused names) is theirs.
 */
import { type Import, importsOf, pathsNamedIn } from "./imports.ts";
import { type Layer, LAYERS, SIMULATED } from "./layers.ts";
import { styleBreaches } from "./style.ts";
import { type Token, tokenize } from "./tokens.ts";
import { worldBreaches } from "./world.ts";

/** A repository: its TypeScript files by path from the root, and where programs begin besides `main.ts` and the tests. */
export interface Tree {
  readonly files: ReadonlyMap<string, string>;
  /** Scripts that a task in deno.json starts, and declarations that the compiler is given. */
  readonly entries: readonly string[];
}

interface File {
  readonly path: string;
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly imports: readonly Import[];
}

/** One sentence a breach, `path:line: what is wrong`, in the order of the paths. */
export function breachesOf(tree: Tree): readonly string[] {
  const files = [...tree.files].sort(([a], [b]) => a < b ? -1 : 1).map(([path, text]): File => {
    const tokens = tokenize(text);
    return { path, text, tokens, imports: importsOf(tokens) };
  });
  return [...files.flatMap(breachesIn), ...unreached(files, tree.entries)];
}

function breachesIn(file: File): readonly string[] {
  const { path, text, tokens } = file;
  const layer = LAYERS.find(({ files }) => files.test(path));
  const breaches = [...nameBreaches(path), ...styleBreaches(tokens)];
  if (!/^\/\*\*\s/.test(text)) breaches.push("1: begin with /** what the file is for */");
  if (layer === undefined) breaches.push("1: put it into a folder that is a layer");
  else breaches.push(...importBreaches(file, layer), ...worldBreaches(tokens, layer));
  return breaches.map((breach) => `${path}:${breach}`);
}

/** Words that name no noun: what is in such a file is anything. */
const EMPTY_NAMES = new Set([
  "common",
  "helper",
  "helpers",
  "index",
  "manager",
  "misc",
  "service",
  "util",
  "utils",
]);

function nameBreaches(path: string): readonly string[] {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/(\.d)?\.ts$/, "");
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) return [`1: name it in snake_case, not "${name}"`];
  const empty = name.split("_").find((word) => EMPTY_NAMES.has(word));
  return empty === undefined ? [] : [`1: name it after what it holds, not "${empty}"`];
}

function importBreaches({ path, imports }: File, layer: Layer): readonly string[] {
  return imports.flatMap(({ specifier, typeOnly, barrel, line }) => {
    const target = resolve(path, specifier);
    const [values, types] = target === undefined
      ? [layer.packages, layer.typePackages]
      : [layer.values, layer.types];
    const name = target ?? `"${specifier}"`;
    const breaches = barrel ? [`${line}: import where it is used; no barrel over ${name}`] : [];
    const asType = types?.test(target ?? specifier) === true;
    if (/^(npm|jsr|https?):/.test(specifier)) {
      breaches.push(`${line}: map it in deno.json and import the bare name, not ${name}`);
    } else if (!values.test(target ?? specifier) && !(typeOnly && asType)) {
      breaches.push(`${line}: ${layer.name} may not import ${name}${asType ? " but as a type" : ""}`);
    }
    return breaches;
  });
}

/** Of the house, what no program reaches; of the tests, what no test reaches. Simulated drivers may serve tests alone. */
function unreached(files: readonly File[], entries: readonly string[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const isTestEntry = (path: string) =>
    /_(test|bench)\.ts$/.test(path) || (path.startsWith("tests/") && entries.includes(path));
  const fromMain = reach(byPath, ["main.ts", ...entries.filter((path) => !path.startsWith("tests/"))]);
  const fromTests = reach(byPath, [...byPath.keys()].filter(isTestEntry));
  return files.flatMap(({ path }) => {
    const forTests = path.startsWith("tests/") || SIMULATED.test(path);
    if (fromMain.has(path) || (forTests && fromTests.has(path))) return [];
    return [`${path}:1: delete it, or import it: ${forTests ? "no test" : "no program"} reaches it`];
  });
}

function reach(files: ReadonlyMap<string, File>, entries: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const left = [...entries];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const file = files.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    for (
      const specifier of [...file.imports.map(({ specifier }) => specifier), ...pathsNamedIn(file.tokens)]
    ) {
      left.push(resolve(path, specifier) ?? "");
    }
  }
  return reached;
}

/** The path from the root that a relative specifier means; undefined for a package. */
function resolve(from: string, specifier: string): string | undefined {
  if (!/^\.{1,2}\//.test(specifier)) return undefined;
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
