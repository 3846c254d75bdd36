/**
 * Draws from a stream of chance: what scenarios are made of.
 *
 * Law: a function of the stream alone.
 */
import type { Act, Event } from "./scenario.ts";

/** A number in [0, 1). */
export type Draw = () => number;

/** Where a trouble falls: its moment, and what there is to fall upon. */
export interface Moment {
  readonly atMs: number;
  readonly connectors: number;
}

/** The events of one trouble. */
export type DrawTrouble = (draw: Draw, moment: Moment) => readonly Event[];

export function oneOf<T>(draw: Draw, choices: readonly T[]): T {
  const choice = choices[Math.floor(draw() * choices.length)];
  if (choice === undefined) throw new RangeError("draw one of some, not of none");
  return choice;
}

/** A whole number from `least` to `most`. */
export function whole(draw: Draw, least: number, most: number): number {
  return least + Math.floor(draw() * (most - least + 1));
}

export function drawConnector(draw: Draw, { connectors }: Moment): number {
  return whole(draw, 1, connectors);
}

/** What begins now and ends within `mostMs`. */
export function passing(draw: Draw, atMs: number, mostMs: number, begin: Act, end: Act): readonly Event[] {
  return [{ atMs, act: begin }, { atMs: atMs + draw() * mostMs, act: end }];
}
