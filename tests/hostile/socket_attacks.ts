/**
 * What is tried against the real program on a real socket (notes/reliability.md C2, C3): messages, transports, and a handshake that
 * never ends, each against a charger of its own.
 *
 * Law: after each case it is alive and charges, its memory is bounded, it comes back, and the next good message works. The bill at
 * the end is one, and right.
 */
import { assertEquals } from "@std/assert";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { untilAnswered } from "../integration/sightings.ts";
import { harmlessCases } from "./attack_plan.ts";
import type { AttackedCharger } from "./attacked_charger.ts";
import { attack } from "./attacked_charger.ts";
import type { HostileCase, Wanted } from "./hostile_case.ts";
import { named } from "./sweep.ts";
import { dripping, transportAttacks } from "./transport_attacks.ts";
import { judge } from "./trial.ts";

const goodKeys = ["HeartbeatInterval"];

/** Each answers how many cases it has tried. */
export async function attackWithMessages(seed: string, most: number): Promise<number> {
  const entropy = createSimulatedEntropy(seed);
  const cases = harmlessCases("reference-dc", most, () => entropy.fraction("socket"));
  await attack(async (charger) => {
    for (const [at, hostile] of cases.entries()) {
      const what = `seed ${seed}, message ${at + 1} of ${cases.length}: ${hostile.name}`;
      await named(what, () => tryMessage(charger, hostile));
    }
    await charger.assertCharges();
    await charger.assertBounded();
  });
  return cases.length;
}

export async function attackWithTransports(): Promise<number> {
  await attack(async (charger) => {
    for (const { name, script } of transportAttacks) {
      await named(name, async () => {
        await underWay(charger, charger.central.ambush(script));
        await comesBack(charger);
      });
    }
    await named("a connection that goes silent", () => trySilence(charger));
  });
  return transportAttacks.length + 1;
}

/** Takes as long as the charger bears it: 20 s of real time (`actors/charger_config.ts`). */
export async function attackWithHandshake(): Promise<number> {
  await attack((charger) =>
    named("a handshake that never ends", async () => {
      await underWay(charger, charger.central.ambush(dripping(Infinity)));
      await comesBack(charger);
    })
  );
  return 1;
}

async function tryMessage({ central, nextId }: AttackedCharger, hostile: HostileCase): Promise<void> {
  const ids = { own: nextId(), chargers: "chargers" };
  const good = nextId();
  const wanted: readonly Wanted[] = [
    ...hostile.answers(ids),
    { id: good, verdict: "result", action: "GetConfiguration" },
  ];
  const from = central.answers.all.length;
  const connection = central.accepted();
  for (const text of hostile.texts(ids)) say(central, text);
  if (hostile.closes === true) await reconnected(central, connection);
  say(central, JSON.stringify([2, good, "GetConfiguration", { key: goodKeys }]));
  await central.answers.until("its answers", (all) => all.length >= from + wanted.length || undefined);
  const given = central.answers.all.slice(from);
  // In any order: some answers wait for the store.
  assertEquals(given.map(({ id }) => id).sort(), wanted.map(({ id }) => id).sort());
  for (const one of wanted) judge(given, one);
}

async function trySilence(charger: AttackedCharger): Promise<void> {
  const { central, ask } = charger;
  await ask("ChangeConfiguration", { key: "WebSocketPingInterval", value: "10" });
  const connection = central.accepted();
  central.goSilent();
  await reconnected(central, connection);
  await ask("ChangeConfiguration", { key: "WebSocketPingInterval", value: "0" });
  await comesBack(charger);
}

/** It charges on while the attack lasts. */
async function underWay({ assertCharges }: AttackedCharger, attacked: Promise<void>): Promise<void> {
  let isOver = false;
  attacked.then(() => void (isOver = true));
  await untilAnswered("the end of the attack", async () => {
    await assertCharges();
    return isOver;
  }, (over) => over);
}

async function comesBack({ ask, assertCharges, assertBounded }: AttackedCharger): Promise<void> {
  assertEquals((await ask("GetConfiguration", { key: goodKeys })).kind, "CallResult");
  await assertCharges();
  await assertBounded();
}

async function reconnected({ accepted }: AttackedCharger["central"], connection: number): Promise<void> {
  await untilAnswered("another connection", () => Promise.resolve(accepted()), (now) => now > connection);
}

function say(central: AttackedCharger["central"], text: string): void {
  assertEquals(central.say(text), true, "the connection was lost");
}
