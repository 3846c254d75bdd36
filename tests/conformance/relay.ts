/**
 * A port that leads to another port: the central system's address, behind which servers come and go.
 *
 * Law: bytes as they come; nothing of it outlives its disposal.
 */

export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** From the next connection on. */
  readonly lead: (toPort: number) => void;
}

/** `said` is told what each connection has said so far, until it answers that this was enough. */
export function startRelay(toPort: number, said: (bytes: Uint8Array) => "more" | "enough"): Relay {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  let target = toPort;

  async function relayed(near: Deno.TcpConn): Promise<void> {
    const far = await Deno.connect({ hostname: "127.0.0.1", port: target });
    open.add(near).add(far);
    // Either end hanging up ends both.
    await Promise.any([
      near.readable.pipeThrough(listening(said)).pipeTo(far.writable),
      far.readable.pipeTo(near.writable),
    ]).catch(() => {});
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
    },
    [Symbol.asyncDispose]: async () => {
      listener.close();
      for (const connection of [...open]) end(connection);
      await over;
    },
  };
}

function listening(
  said: (bytes: Uint8Array) => "more" | "enough",
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let heard: Uint8Array | null = new Uint8Array();
  return new TransformStream({
    transform(bytes, controller) {
      controller.enqueue(bytes);
      if (heard === null) return;
      heard = new Uint8Array([...heard, ...bytes]);
      if (said(heard) === "enough") heard = null;
    },
  });
}
