/**
 * What ends the program before it has begun: said in one sentence, with no stack, and with an exit code of its own.
 *
 * Law: a bug is none of these; it crashes with its stack.
 */

/** Something that only a person can mend: a file that is not there, a directory that belongs to another process. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** A configuration file, a station profile or an option that was not understood; one line a problem. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}
