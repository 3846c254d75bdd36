/**
 * Where a verb writes: lines for whoever reads, errors for whoever must act, and the colours that the reader can see.
 *
 * Law: standard output holds what was asked for, standard error everything else.
 */
import type { Palette } from "./terminal.ts";

export interface Output {
  readonly line: (text: string) => void;
  readonly error: (text: string) => void;
  readonly palette: Palette;
}
