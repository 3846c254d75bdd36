/**
 * A copy of this tree with something broken in it, to see whether it is noticed.
 *
 * Law: this tree is never touched; what is broken stands exactly once in its file, or nothing is broken.
 */

/** A small change of one file that breaks something. */
export interface Break {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const files = ["deno.json", "deno.lock", "main.ts", "README.md"];
const folders = ["actors", "firmware", "hal", "protocol", "storage", "console", "simulator", "tests"];

/** The path of a copy of the tree at `root`; whoever asks for it removes it. */
export async function copyTree(root: string): Promise<string> {
  const copy = await Deno.makeTempDir({ prefix: "chargerd-broken-" });
  const { code } = await new Deno.Command("cp", { args: ["-r", ...files, ...folders, copy], cwd: root })
    .output();
  if (code !== 0) throw new Error(`copy ${root} to ${copy}: cp ended with ${code}`);
  return copy;
}

/** The file with the break in it; null when what it should break is not there, or more than once. */
export async function brokenText(root: string, { file, find, replace }: Break): Promise<string | null> {
  const text = await Deno.readTextFile(`${root}/${file}`);
  return text.split(find).length === 2 ? text.replace(find, () => replace) : null;
}

/** Runs `use` on a copy with all of these broken in it, and removes it. Throws when one is misplaced: the list must follow the code. */
export function inBrokenCopy<T>(
  root: string,
  breaks: readonly Break[],
  use: (copy: string) => Promise<T>,
): Promise<T> {
  return inCopy(root, (copy) => whileBroken(copy, breaks, () => use(copy)));
}

/** Runs `use` on a copy, and removes it. */
export async function inCopy<T>(root: string, use: (copy: string) => Promise<T>): Promise<T> {
  const copy = await copyTree(root);
  try {
    return await use(copy);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

/** Runs `use` while all of these are broken in `copy`; afterwards it is whole. One copy that breaks many times is compiled once. */
export async function whileBroken<T>(
  copy: string,
  breaks: readonly Break[],
  use: () => Promise<T>,
): Promise<T> {
  const whole = await Promise.all(breaks.map(({ file }) => Deno.readTextFile(`${copy}/${file}`)));
  try {
    for (const one of breaks) {
      const text = await brokenText(copy, one);
      if (text === null) throw new Error(`find this exactly once in ${one.file}: ${one.find}`);
      await Deno.writeTextFile(`${copy}/${one.file}`, text);
    }
    return await use();
  } finally {
    for (const [at, { file }] of breaks.entries()) await Deno.writeTextFile(`${copy}/${file}`, whole[at]!);
  }
}
