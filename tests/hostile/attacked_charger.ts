/**
 * The real program under attack: charging at a hostile central system on a real socket.
 *
 * Law: alive is who answers on the debug socket, and bounded is whose greatest resident memory is, as the system counted it.
 */
import { assertEquals, assertLess } from "@std/assert";
import type { CallError, CallResult } from "../../protocol/frame.ts";
import { untilAnswered } from "../integration/sightings.ts";
import type { SimulatorProcess } from "../integration/simulator_process.ts";
import { HURRIED, startSimulator } from "../integration/simulator_process.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";
import type { HostileCentralSystem } from "./hostile_central_system.ts";
import { startHostileCentralSystem } from "./hostile_central_system.ts";

export interface AttackedCharger {
  readonly central: HostileCentralSystem;
  /** Sends a good CALL, on the next connection when there is none now, until it is answered. */
  readonly ask: (action: string, payload: unknown) => Promise<CallResult | CallError>;
  /** It is alive, charges, and has not complained. */
  readonly assertCharges: () => Promise<void>;
  /** It has never taken more memory than it may. */
  readonly assertBounded: () => Promise<void>;
  /** An id that was not used before. */
  readonly nextId: () => string;
}

/** Three times what it takes in peace. */
const memoryKbMax = 250_000;

/** A real minute: an answer that a busy machine holds up is no lost link, and no attack ends by that. */
const patient = ["--set", "MessageTimeout=1200"];

/** Begins a session, hands the charger over, and ends the session with its bill. */
export async function attack(run: (charger: AttackedCharger) => Promise<void>): Promise<void> {
  await using directory = await temporaryDirectory();
  await using central = await startHostileCentralSystem();
  await using simulator = await startSimulator(directory.path, "--csms", central.url, ...HURRIED, ...patient);
  let ids = 0;
  const nextId = () => `id-${++ids}`;

  async function ask(action: string, payload: unknown): Promise<CallResult | CallError> {
    const id = nextId();
    const text = JSON.stringify([2, id, action, payload]);
    let askedOn = 0;
    const answer = await untilAnswered(`an answer to a good ${action}`, () => {
      if (askedOn !== central.accepted() && central.say(text)) askedOn = central.accepted();
      return Promise.resolve(central.answers.all.findLast((frame) => frame.id === id));
    }, (frame) => frame !== undefined);
    return answer!;
  }

  async function assertCharges(): Promise<void> {
    const { running, connectors } = await simulator.status();
    const [connector] = connectors;
    assertEquals([running, connector?.status, connector?.contactorClosed], [true, "Charging", true]);
    assertEquals(simulator.complaints, []);
  }

  async function assertBounded(): Promise<void> {
    assertLess(await memoryKb(simulator.pid), memoryKbMax, "resident memory in kB, at its greatest");
  }

  await central.calls.until("a boot", (calls) => calls.includes("StatusNotification") ? true : undefined);
  await simulator.post("/hardware/connectors/1/plug");
  await reaches(simulator, "Preparing");
  await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
  await reaches(simulator, "Charging");
  await run({ central, ask, assertCharges, assertBounded, nextId });
  await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
  await untilAnswered("the bill", () => Promise.resolve(central.ledger.entries[0]?.stop), (stop) => !!stop);
  assertEquals([central.ledger.entries.length, central.ledger.strays], [1, []]);
}

async function reaches(simulator: SimulatorProcess, status: string): Promise<void> {
  await untilAnswered(status, () => simulator.status(), ({ connectors }) => connectors[0]?.status === status);
}

/** proc(5): the peak resident set size. Deno reads there only with every permission there is. */
async function memoryKb(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/status`] }).output();
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(new TextDecoder().decode(stdout))?.[1]);
}
