/** The watch of registration says what breaks OCPP 1.6 §4.2 and TC_083, and lets pass what does not (invariant I19). */
import { assertEquals } from "@std/assert";
import type { Trace } from "../../actors/otp/trace.ts";
import type { WebSocketTarget } from "../../hal/websocket.ts";
import type { Registration } from "../../protocol/registration.ts";
import { watchRegistration } from "./registration_watch.ts";
import type { World } from "./world.ts";

/** A charger that says what it is told to say. */
function talking() {
  const breaches: string[] = [];
  const kept: { registration: Registration } = { registration: "Unregistered" };
  let record: Trace = () => {};
  let dial: (target: WebSocketTarget) => void = () => {};
  let atMs = 0;
  const world = {
    boots: () => 1,
    reached: new Set<string>(),
    durable: { boot: () => 1, registration: () => ({ boot: 1, ...kept }) },
    dial: { onDial: (listener: typeof dial) => void (dial = listener) },
    onTrace: (listener: Trace) => void (record = listener),
  };
  watchRegistration(world as unknown as World, (_, what) => breaches.push(what));
  function effect(name: "FrameSent" | "FrameReceived", frame: readonly unknown[]): void {
    record({
      kind: "effect",
      atMs,
      wallMs: atMs,
      actor: "link",
      effect: name,
      detail: JSON.stringify(frame),
    });
  }
  function takes(message: string): void {
    record({ kind: "message", atMs, wallMs: atMs, actor: "outbox", message });
  }
  const charger = {
    breaches,
    connects: (securityProfile: 0 | 2) => {
      dial({ url: "any", ...(securityProfile === 2 ? { tls: {} } : {}) } as unknown as WebSocketTarget);
      takes("LinkUp");
    },
    says: (action: string, payload: object = {}) => effect("FrameSent", [2, action, action, payload]),
    answers: (id: string) => effect("FrameSent", [3, id, {}]),
    hears: (frame: readonly unknown[]) => {
      effect("FrameReceived", frame);
      takes("FrameReceived");
    },
    boots: (status: string, interval: number) => {
      charger.says("BootNotification");
      const payload = { status, interval, currentTime: "2026-01-01T00:00:00.000Z" };
      charger.hears([3, "BootNotification", payload]);
    },
    waits: (ms: number) => void (atMs += ms),
    starts: (actor: string, registration: Registration) => {
      kept.registration = registration;
      record({ kind: "started", atMs, wallMs: atMs, actor, incarnation: 1 });
    },
  };
  charger.connects(0);
  return charger;
}

type Charger = ReturnType<typeof talking>;

function check(what: string, breaches: readonly string[], play: (charger: Charger) => void): void {
  Deno.test({
    name: `${what}: ${breaches.length === 0 ? "fine" : "a breach"}`,
    permissions: "none",
    fn: () => {
      const charger = talking();
      play(charger);
      assertEquals(charger.breaches, breaches);
    },
  });
}

const trigger = [2, "asked", "TriggerMessage", { requestedMessage: "MeterValues" }] as const;
const reading = { meterValue: [{ sampledValue: [{ context: "Trigger" }] }] };
const sample = { meterValue: [{ sampledValue: [{ context: "Sample.Periodic" }] }] };

check(
  "before the first answer, another CALL",
  ["Heartbeat was sent before BootNotification was answered"],
  (it) => {
    it.says("Heartbeat");
  },
);
check("Accepted", [], (it) => {
  it.boots("Accepted", 300);
  it.says("Heartbeat");
});
check("Rejected, another CALL", ["Heartbeat was sent while Rejected"], (it) => {
  it.boots("Rejected", 300);
  it.waits(300_000);
  it.says("Heartbeat");
});
check(
  "Rejected, BootNotification too early",
  ["BootNotification was sent 2000 ms before its interval"],
  (it) => {
    it.boots("Rejected", 300);
    it.waits(298_000);
    it.says("BootNotification");
  },
);
check("Rejected, BootNotification when it is due", [], (it) => {
  it.boots("Rejected", 300);
  it.waits(300_000);
  it.says("BootNotification");
});
check(
  "D-boot-0: Rejected with interval 0",
  ["BootNotification was sent 1000 ms before its interval"],
  (it) => {
    it.boots("Rejected", 0);
    it.waits(59_000);
    it.says("BootNotification");
  },
);
check("Rejected, what came after is answered", ["asked was answered, which came while Rejected"], (it) => {
  it.boots("Rejected", 300);
  it.hears(trigger);
  it.answers("asked");
});
check("Rejected, what came before is answered", [], (it) => {
  it.hears(trigger);
  it.boots("Rejected", 300);
  it.answers("asked");
});
check("Pending, by itself", ["MeterValues was sent while Pending, and nobody has triggered it"], (it) => {
  it.boots("Pending", 300);
  it.says("MeterValues", reading);
});
check("Pending, what was triggered", [], (it) => {
  it.boots("Pending", 300);
  it.hears(trigger);
  it.answers("asked");
  it.says("MeterValues", reading);
});
check("Pending, a transaction's", ["MeterValues was sent while Pending, for a transaction"], (it) => {
  it.boots("Pending", 300);
  it.hears(trigger);
  it.says("MeterValues", sample);
});
check(
  "Pending, BootNotification too early",
  ["BootNotification was sent 300000 ms before its interval"],
  (it) => {
    it.boots("Pending", 300);
    it.says("BootNotification");
  },
);
check("Rejected, what was triggered while Pending", ["MeterValues was sent while Rejected"], (it) => {
  it.boots("Pending", 300);
  it.hears(trigger);
  it.waits(300_000);
  it.boots("Rejected", 300);
  it.says("MeterValues", reading);
});
check(
  "TC_083: a higher security profile",
  ["Heartbeat was sent before BootNotification was answered"],
  (it) => {
    it.boots("Accepted", 300);
    it.connects(2);
    it.says("Heartbeat");
  },
);
check("TC_083: a higher security profile, with BootNotification first, and the same again", [], (it) => {
  it.boots("Accepted", 300);
  it.connects(2);
  it.boots("Accepted", 300);
  it.connects(2);
  it.says("Heartbeat");
});
for (const crashed of ["outbox", "station"]) {
  for (const when of ["before", "after"]) {
    check(
      `TC_083: a higher security profile, and a crash of ${crashed} ${when} it is connected`,
      ["Heartbeat was sent before BootNotification was answered"],
      (it) => {
        it.boots("Accepted", 300);
        if (when === "before") it.starts(crashed, "Accepted");
        it.connects(2);
        if (when === "after") it.starts(crashed, "Accepted");
        it.says("Heartbeat");
      },
    );
  }
}
check("TC_083: answered on the higher security profile, and an outbox that crashed", [], (it) => {
  it.boots("Accepted", 300);
  it.connects(2);
  it.boots("Accepted", 300);
  it.starts("outbox", "Accepted");
  it.connects(2);
  it.says("Heartbeat");
});
check("an answer that came after its time, on another connection", [
  "Heartbeat was sent before BootNotification was answered",
], (it) => {
  it.says("BootNotification");
  it.connects(0);
  it.hears([3, "BootNotification", {
    status: "Accepted",
    interval: 9,
    currentTime: "2026-01-01T00:00:00.000Z",
  }]);
  it.says("Heartbeat");
});
check("Rejected, and a station that has read so", ["Heartbeat was sent while Rejected"], (it) => {
  it.boots("Rejected", 300);
  it.starts("station", "Rejected");
  it.says("Heartbeat");
});
check("Rejected, and a station that crashed before it was durable", [], (it) => {
  it.boots("Rejected", 300);
  it.starts("station", "Pending");
  it.says("BootNotification");
});
