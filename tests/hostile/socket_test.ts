/**
 * Hostile input over a real socket, against the real program: a few messages of each kind, and every transport that ends by itself.
 * The rest, and a handshake that never ends, is `deno task hostile`.
 */
import { assertEquals } from "@std/assert";
import { attackWithMessages, attackWithTransports } from "./socket_attacks.ts";

const seed = "1";
const messages = 1_000;

Deno.test(`hostile socket (seed ${seed}): ${messages} messages, and transports that break every rule`, async () => {
  // Two chargers at a time.
  const [tried, transports] = await Promise.all([attackWithMessages(seed, messages), attackWithTransports()]);
  assertEquals(tried, messages);
  assertEquals(transports > 20, true);
});
