/** What every driver of the credentials port keeps. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Credentials } from "../../storage/credentials.ts";
import type { CredentialsStore } from "../../storage/credentials_store.ts";

export const FIRST: Credentials = {
  chargePointId: "CP001",
  csmsUrl: "ws://csms.test/ocpp",
  proofs: [{ number: 1, securityProfile: 0 }],
  roots: [],
};

export function numbered(number: number): Credentials {
  return { ...FIRST, proofs: [{ number, securityProfile: 0 }] };
}

/** `start` begins with `FIRST`, and tells what the next start finds. */
export function credentialsContract(
  driver: string,
  start: () => Promise<{
    readonly store: CredentialsStore;
    readonly found: () => Promise<Credentials>;
    readonly end: () => Promise<void>;
  }>,
): void {
  function check(sentence: string, prove: (started: Awaited<ReturnType<typeof start>>) => Promise<void>) {
    Deno.test(`${driver}: ${sentence}`, async () => {
      const started = await start();
      try {
        await prove(started);
      } finally {
        await started.end();
      }
    });
  }

  check("what holds is read, and after a write what was written", async ({ store, found }) => {
    assertEquals(await store.read(), FIRST);
    assertEquals(await store.write(numbered(2)), { kind: "written" });
    assertEquals([await store.read(), await found()], [numbered(2), numbered(2)]);
  });

  check(
    "a read waits for the writes that were asked for before it, and the last one wins",
    async ({ store }) => {
      const writes = [2, 3, 4].map((number) => store.write(numbered(number)));
      assertEquals(await store.read(), numbered(4));
      await Promise.all(writes);
    },
  );

  check("what are no credentials is refused, and what holds stays", async ({ store, found }) => {
    const none = { ...FIRST, chargePointId: "a:b" };
    await assertRejects(() => store.write(none), RangeError, "chargePointId must not contain a colon");
    assertEquals([await store.read(), await found()], [FIRST, FIRST]);
  });
}
