/**
 * Private keys as files in the state directory, each in two copies for the owner's eyes only.
 *
 * Law: a key is durable before it is told that it was made. All are in memory from the start on, since a handshake does not wait.
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, sign } from "node:crypto";
import type { KeyKind, KeyMade, KeyRing } from "../key_ring.ts";
import { durableFile, syncDirectory } from "./durable_file.ts";

export interface KeyRingFiles {
  readonly ring: KeyRing;
  /** As PEM (PKCS#8), for the drivers of TLS alone. Throws a `RangeError` where there is no such key. */
  readonly privateKey: (keyId: string) => string;
  /** What of the keys could not be read; such a key is not there. */
  readonly damage: readonly string[];
}

const file = /^key-([0-9A-Za-z-]{1,64})\.[12](\.new)?$/;

export async function openKeyRing(directory: string): Promise<KeyRingFiles> {
  const keys = new Map<string, KeyObject>();
  const damage: string[] = [];
  for (const keyId of await keyIdsIn(directory)) {
    const read = await durableFile(directory, `key-${keyId}`).read();
    const key = read.kind === "read" ? keyOf(read.value) : null;
    if (key !== null) keys.set(keyId, key);
    if (read.kind === "damaged") damage.push(`key ${keyId}: ${read.error}`);
    else if (key === null) damage.push(`key ${keyId}: it is no private key`);
  }

  function held(keyId: string): KeyObject {
    const key = keys.get(keyId);
    if (key === undefined) {
      throw new RangeError(`make the key ${JSON.stringify(keyId)} first: it is not there`);
    }
    return key;
  }

  async function make(keyId: string, kind: KeyKind): Promise<KeyMade> {
    try {
      const pem = await newKey(kind);
      await durableFile(directory, `key-${keyId}`).write(pem);
      const key = createPrivateKey(pem);
      keys.set(keyId, key);
      return { kind: "made", publicKey: publicKeyOf(key) };
    } catch (error) {
      return { kind: "failed", error: `make the key ${keyId}: ${String(error)}` };
    }
  }

  return {
    ring: {
      generate: (keyId, kind, done) => void make(keyId, kind).then(done),
      publicKey: (keyId) => {
        const key = keys.get(keyId);
        return key === undefined ? null : publicKeyOf(key);
      },
      sign: (keyId, bytes) => Uint8Array.from(sign("sha256", Buffer.from(bytes), held(keyId))),
      keyIds: () => [...keys.keys()],
      remove: async (keyId) => {
        keys.delete(keyId);
        // What stays is found by the next start, which removes what nothing refers to.
        await removeFiles(directory, keyId).catch(() => {});
      },
    },
    privateKey: (keyId) => String(held(keyId).export({ type: "pkcs8", format: "pem" })),
    damage,
  };
}

/** What a crash has left half written is thrown away: it may hold a key. */
async function keyIdsIn(directory: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const { name } of Deno.readDir(directory)) {
    const [, keyId, isNew] = file.exec(name) ?? [];
    if (keyId === undefined) continue;
    if (isNew !== undefined) await Deno.remove(`${directory}/${name}`);
    else found.add(keyId);
  }
  return [...found].sort();
}

async function removeFiles(directory: string, keyId: string): Promise<void> {
  for (const copy of [1, 2]) {
    await Deno.remove(`${directory}/key-${keyId}.${copy}`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  await syncDirectory(directory);
}

function newKey(kind: KeyKind): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, _: string, privateKey: string) =>
      error === null ? resolve(privateKey) : reject(error);
    const encodings = {
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    } as const;
    switch (kind) {
      case "P-256":
        return generateKeyPair("ec", { namedCurve: "P-256", ...encodings }, done);
      case "RSA-2048":
        return generateKeyPair("rsa", { modulusLength: 2_048, ...encodings }, done);
    }
  });
}

function keyOf(value: unknown): KeyObject | null {
  try {
    return typeof value === "string" ? createPrivateKey(value) : null;
  } catch {
    return null;
  }
}

function publicKeyOf(key: KeyObject): string {
  // The types do not know that a public key is made of a private one.
  const publicKey = createPublicKey(String(key.export({ type: "pkcs8", format: "pem" })));
  return publicKey.export({ type: "spki", format: "der" }).toString("hex").toUpperCase();
}
