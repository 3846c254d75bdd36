/** Both key rings, and what the files are: two copies, for the owner alone, a half written one thrown away. */
import { assert, assertEquals } from "@std/assert";
import { createPublicKey, verify } from "node:crypto";
import { Buffer } from "node:buffer";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { openKeyRing } from "../../storage/drivers/key_ring_files.ts";
import { createMemoryKeyRing } from "../../storage/drivers/memory_key_ring.ts";
import type { KeyKind, KeyMade, KeyRing } from "../../storage/key_ring.ts";
import { testKeyRing } from "../contract/key_ring_contract.ts";

testKeyRing("files", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-keys-" });
  let { ring } = await openKeyRing(directory);
  return {
    ring: () => ring,
    restart: async () => void ({ ring } = await openKeyRing(directory)),
    settle: () => Promise.resolve(),
    dispose: () => Deno.remove(directory, { recursive: true }),
  };
});

testKeyRing("memory", () => {
  const clock = createSimulatedClock({ startWallMs: 1_900_000_000_000 });
  let { ring } = createMemoryKeyRing({ clock, generationMs: 10 });
  return Promise.resolve({
    ring: () => ring,
    restart: () => {
      ({ ring } = createMemoryKeyRing({ clock, generationMs: 10, keyIds: ring.keyIds() }));
      return Promise.resolve();
    },
    settle: () => clock.advance(10),
    dispose: () => Promise.resolve(),
  });
});

for (const kind of ["P-256", "RSA-2048"] as const) {
  Deno.test(`a key of the kind ${kind} signs what its public half verifies`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd-keys-" });
    try {
      const { ring, privateKey } = await openKeyRing(directory);
      const made = await generated(ring, "k1", kind);
      assert(made.kind === "made");
      const key = createPublicKey({ key: Buffer.from(made.publicKey, "hex"), format: "der", type: "spki" });
      assertEquals(key.asymmetricKeyType, kind === "P-256" ? "ec" : "rsa");
      const bytes = new TextEncoder().encode("to be signed");
      assert(verify("sha256", bytes, key, ring.sign("k1", bytes)));
      assert(privateKey("k1").startsWith("-----BEGIN PRIVATE KEY-----"));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

Deno.test("files: 0600, two copies of which one will do; what a crash has left half written goes", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-keys-" });
  try {
    const made = await generated((await openKeyRing(directory)).ring, "k1", "P-256");
    assert(made.kind === "made");
    for (const copy of ["key-k1.1", "key-k1.2"]) {
      assertEquals((await Deno.stat(`${directory}/${copy}`)).mode! & 0o777, 0o600);
    }
    await Deno.writeTextFile(`${directory}/key-k1.1`, "torn");
    await Deno.writeTextFile(`${directory}/key-k9.1.new`, "half a key");
    const { ring, damage } = await openKeyRing(directory);
    assertEquals([ring.publicKey("k1"), damage, ring.keyIds()], [made.publicKey, [], ["k1"]]);
    assertEquals(await anyFile(directory, "key-k9.1.new"), false);
    await Deno.writeTextFile(`${directory}/key-k1.1`, "torn");
    await Deno.writeTextFile(`${directory}/key-k1.2`, "torn");
    const lost = await openKeyRing(directory);
    assertEquals([lost.ring.keyIds(), lost.damage.length], [[], 1]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("files: a medium that refuses fails the key, and it is not there", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-keys-" });
  const { ring } = await openKeyRing(directory);
  await Deno.remove(directory, { recursive: true });
  const made = await generated(ring, "k1", "P-256");
  assertEquals([made.kind, ring.keyIds()], ["failed", []]);
});

function generated(ring: KeyRing, keyId: string, kind: KeyKind): Promise<KeyMade> {
  return new Promise((resolve) => ring.generate(keyId, kind, resolve));
}

async function anyFile(directory: string, name: string): Promise<boolean> {
  for await (const entry of Deno.readDir(directory)) if (entry.name === name) return true;
  return false;
}
