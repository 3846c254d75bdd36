/**
 * OpenSSL, with its objects counted: each that it makes for us must be freed once, and no other.
 *
 * Law: `SSL_free` frees the two memories that the session was given (`man SSL_set_bio`). A handle is known by its identity,
 * which is the same from its birth to its death.
 */
import { assert, assertEquals } from "@std/assert";
import { type Handle, loadOpenssl, type Openssl } from "../../hal/drivers/openssl_library.ts";

const makers = [
  ...["SSL_CTX_new", "SSL_new", "BIO_new", "PEM_read_bio_X509", "PEM_read_bio_PrivateKey"] as const,
  ...["X509_STORE_new", "X509_STORE_CTX_new", "OPENSSL_sk_new_null"] as const,
];
const enders = [
  ...["SSL_CTX_free", "SSL_free", "BIO_free", "X509_free", "EVP_PKEY_free"] as const,
  ...["X509_STORE_free", "X509_STORE_CTX_free", "OPENSSL_sk_free"] as const,
];

export interface CountedOpenssl {
  readonly load: () => Openssl;
  /** How many have been made, if all of them have been freed; else it throws. */
  readonly allFreed: () => number;
}

export function countedOpenssl(): CountedOpenssl {
  const openssl = loadOpenssl();
  const live = new Map<Handle, string>();
  const memories = new Map<Handle, readonly Handle[]>();
  let count = 0;

  function born(by: string, made: Handle): Handle {
    if (made === null) return null;
    live.set(made, by);
    count++;
    return made;
  }

  function died(by: string, ended: Handle): void {
    assert(live.delete(ended), `${by} freed what is not there`);
    for (const memory of memories.get(ended) ?? []) live.delete(memory);
  }

  const counted: Record<string, unknown> = { ...openssl };
  for (const name of makers) {
    const make = openssl[name] as (...args: unknown[]) => Handle;
    counted[name] = (...args: unknown[]) => born(name, make(...args));
  }
  for (const name of enders) {
    counted[name] = (ended: Handle) => {
      died(name, ended);
      openssl[name](ended);
    };
  }
  counted.SSL_set_bio = (ssl: Handle, input: Handle, output: Handle) => {
    openssl.SSL_set_bio(ssl, input, output);
    memories.set(ssl, [input, output]);
  };
  return {
    load: () => counted as Openssl,
    allFreed: () => {
      assertEquals([...live.values()], [], "made and not freed");
      return count;
    },
  };
}
