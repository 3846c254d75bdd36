/**
 * Watches by what the charger proves itself: never below what has succeeded (invariant I28), and no secret is told (I29). That it
 * always comes back is for the end (`roll_over.ts`).
 *
 * Law: judged by what it dials, and by what crosses the wire and the trace. A success counts once there was time to write it down, and
 * nothing came in between.
 */
import type { TraceEvent } from "../../actors/otp/trace.ts";
import type { WebSocketTarget } from "../../hal/websocket.ts";
import type { SecurityProfile } from "../../protocol/proof.ts";
import type { Fail } from "./invariants.ts";
import { profileOf } from "./faulty_dial.ts";
import type { SecuredWorld } from "./security_office.ts";

/** For a slow turn before it, and a slow disk. */
const writtenMs = 60_000;

/** Called after each event. */
export function watchProofs(world: SecuredWorld, fail: Fail): () => void {
  const { office, clock } = world;
  let succeeded: SecurityProfile = office.start.securityProfile;
  let dialled: SecurityProfile = 0;
  /** The central system has spoken on this connection, or the last one on which it has. */
  let heard: { readonly profile: SecurityProfile; readonly atMs: number } | null = null;
  let isNew = false;

  world.dial.onDial((target) => {
    if (heard !== null && clock.monotonicMs() - heard.atMs > writtenMs) {
      if (heard.profile > succeeded) succeeded = heard.profile;
    }
    dialled = profileOf(target);
    isNew = true;
    if (dialled < succeeded) {
      fail("I28", `security profile ${dialled} was dialled after ${succeeded} had succeeded`);
    }
    const wrong = whatIsOpen(target);
    if (wrong !== null) fail("I28", wrong);
  });

  world.onTrace((event) => {
    if (event.kind === "crash" || event.kind === "gaveUp") heard = null;
    if (event.kind !== "effect") return;
    if (event.effect === "CredentialsRefused") heard = null;
    if (event.effect !== "FrameSent" && event.effect !== "FrameReceived") return;
    if (event.effect === "FrameReceived" && isNew) {
      isNew = false;
      heard = { profile: dialled, atMs: clock.monotonicMs() };
    }
    const secret = secretIn(event, office.passwords);
    if (secret !== null) fail("I29", secret);
  });

  return () => {
    if (world.isDark()) heard = null;
    const [breach] = office.breaches;
    if (breach !== undefined) fail("I28", `the charger has taken ${breach}`);
  };
}

/** Security white paper A00.FR.202, A00.FR.301, A00.FR.401: what goes with which profile. */
function whatIsOpen({ url, basicAuth, tls }: WebSocketTarget): string | null {
  if (url.startsWith("wss:") !== (tls !== undefined)) {
    return `${url} was dialled ${tls ? "with" : "without"} TLS`;
  }
  if (tls?.certificate !== undefined && basicAuth !== undefined) {
    return "a password went with security profile 3";
  }
  return null;
}

function secretIn(
  event: Extract<TraceEvent, { kind: "effect" }>,
  passwords: readonly string[],
): string | null {
  const text = String(event.detail);
  if (text.includes("PRIVATE KEY")) return `a private key is in ${event.effect}`;
  const isTold = passwords.some((password) => password.length >= 16 && text.includes(password));
  return isTold ? `a password is in ${event.effect}` : null;
}
