/**
 * Watches by what the charger proves itself: never below what has succeeded (invariant I28), and no secret is told (I29). That it
 * always comes back is for the end (`roll_over.ts`).
 *
 * Law: judged by what it dials, and by what crosses the wire and the trace. A success counts at once for as long as the process lives,
 * and beyond it once there was time to write it down: neither the medium nor one of the two who see to it has failed since.
 */
import type { TraceEvent } from "../../actors/otp/trace.ts";
import type { WebSocketTarget } from "../../hal/websocket.ts";
import type { SecurityProfile } from "../../protocol/proof.ts";
import type { Fail } from "./invariants.ts";
import { profileOf } from "./faulty_dial.ts";
import type { SecuredWorld } from "./security_office.ts";

/** For slow turns, a slow disk, and a second try a minute after the first. */
const writtenMs = 3 * 60_000;

/** Called after each event. */
export function watchProofs(world: SecuredWorld, fail: Fail): () => void {
  const { office, clock } = world;
  let written: SecurityProfile = office.start.securityProfile;
  let dialled: SecurityProfile = 0;
  /** On a connection of this profile the central system has spoken, in this life of the process. */
  let heard: SecurityProfile = 0;
  /** Since then nothing is known to have kept it from being written down. */
  let heardMs = 0;
  let boot = 0;

  world.dial.onDial((target) => {
    if (world.boots() !== boot) heard = 0;
    boot = world.boots();
    const succeeded = heard > written ? heard : written;
    dialled = profileOf(target);
    if (dialled < succeeded) {
      fail("I28", `security profile ${dialled} was dialled after ${succeeded} had succeeded`);
    }
    const wrong = whatIsOpen(target);
    if (wrong !== null) fail("I28", wrong);
  });

  world.onTrace((event) => {
    const nowMs = clock.monotonicMs();
    if (event.kind === "gaveUp") heardMs = nowMs + (event.retryInMs ?? 0);
    if (event.kind === "crash" && (event.actor === "link" || event.actor === "cert_store")) heardMs = nowMs;
    if (event.kind !== "effect") return;
    if (event.effect === "CredentialsRefused") heardMs = nowMs;
    if (event.effect !== "FrameSent" && event.effect !== "FrameReceived") return;
    if (event.effect === "FrameReceived" && dialled > heard) {
      heard = dialled;
      heardMs = nowMs;
    }
    const secret = secretIn(event, office.passwords);
    if (secret !== null) fail("I29", secret);
  });

  return () => {
    if (world.isDark()) heard = 0;
    else if (heard > written && clock.monotonicMs() - heardMs > writtenMs) written = heard;
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
