/**
 * A port that leads to another port: the central system's address, behind which servers come and go.
 *
 * Law: bytes as they come; nothing of it outlives its disposal.
 */

export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** From the next connection on; those that there are end. */
  readonly lead: (toPort: number) => void;
  /** How often somebody has knocked. */
  readonly knocks: () => number;
}

export function startRelay(toPort: number): Relay {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  let target = toPort;
  let knocks = 0;

  async function relayed(near: Deno.TcpConn): Promise<void> {
    knocks += 1;
    const far = await Deno.connect({ hostname: "127.0.0.1", port: target });
    open.add(near).add(far);
    // Either end hanging up ends both.
    await Promise.any([near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)]).catch(
      () => {},
    );
    end(near);
    end(far);
  }

  function end(connection: Deno.TcpConn): void {
    if (!open.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // A pipe that has ended has closed it.
    }
  }

  async function accept(): Promise<void> {
    for await (const near of listener) void relayed(near).catch(() => {});
  }

  const over = accept();
  return {
    port: listener.addr.port,
    lead: (next) => {
      target = next;
      for (const connection of [...open]) end(connection);
    },
    knocks: () => knocks,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      for (const connection of [...open]) end(connection);
      await over;
    },
  };
}
