/**
 * The message ids of the last CALLs of one side on one connection, by which a replay is known (OCPP-J 1.6 §4.1.4).
 *
 * Law: only the last ones are kept, however many there have been.
 */

const idsMax = 100;

export class RecentIds {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= idsMax) return;
    const [oldest] = this.#ids;
    if (oldest !== undefined) this.#ids.delete(oldest);
  }

  forget(): void {
    this.#ids.clear();
  }
}
