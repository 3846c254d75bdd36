/** The events that a listener was told, and a way to await one that is still to come, without a clock. */

export interface EventLog<E extends { readonly kind: string }> {
  readonly events: readonly E[];
  readonly listener: (event: E) => void;
  /** The `count`-th event of this kind (default the first), whether it has come or is still to come. */
  readonly next: <K extends E["kind"]>(kind: K, count?: number) => Promise<Extract<E, { kind: K }>>;
}

export function createEventLog<E extends { readonly kind: string }>(): EventLog<E> {
  const events: E[] = [];
  const waiting = new Set<() => void>();

  function find<K extends E["kind"]>(kind: K, count: number): Extract<E, { kind: K }> | undefined {
    return events.filter((event): event is Extract<E, { kind: K }> => event.kind === kind)[count - 1];
  }

  return {
    events,
    listener: (event) => {
      events.push(event);
      for (const look of [...waiting]) look();
    },
    next: (kind, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          const event = find(kind, count);
          if (event === undefined) return;
          waiting.delete(look);
          resolve(event);
        };
        waiting.add(look);
        look();
      }),
  };
}
