/**
 * The name that a person most likely meant: for options, fields and configuration keys that were mistyped.
 *
 * Law: a hint and nothing more; what was mistyped is refused all the same. (The standard library's own
 * `@std/text` serves it too, but allocates 4 MB when it is imported.)
 */

/**
 * The one of `names` that takes the fewest single-character edits to reach from `word`, in any case of letters; undefined
 * when even that one would take more edits than half its length. A name that begins with the word counts as one edit away.
 */
export function closest(word: string, names: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of names) {
    const edits = editsBetween(word.toLowerCase(), name.toLowerCase());
    if (edits <= name.length / 2 && (best === undefined || edits < best.edits)) best = { name, edits };
  }
  return best?.name;
}

/** Levenshtein's distance, one row of his table at a time; 1 where `name` merely goes on after `word`. */
function editsBetween(word: string, name: string): number {
  if (word.length > 1 && name.length > word.length && name.startsWith(word)) return 1;
  let row = Array.from({ length: name.length + 1 }, (_, edits) => edits);
  for (const [i, letter] of [...word].entries()) {
    const next = [i + 1];
    for (let j = 0; j < name.length; j++) {
      const replaced = (row[j] ?? 0) + (letter === name[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[name.length] ?? 0;
}
