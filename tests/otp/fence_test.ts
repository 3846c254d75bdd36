/**
 * A fenced port is the port itself while its owner lives, and nothing afterwards.
 *
 * Law: it holds for ports that are plain objects, frozen ones, and objects of a class with private fields.
 */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Fenced } from "../../actors/otp/actor.ts";
import { fence } from "../../actors/otp/fence.ts";

class Register {
  readonly unit = "Wh";
  #energyWh = 0;
  get energyWh(): number {
    return this.#energyWh;
  }
  add(energyWh: number): this {
    this.#energyWh += energyWh;
    return this;
  }
}

function check(says: string, test: () => void): void {
  Deno.test(`fence: ${says}`, { permissions: "none" }, test);
}

check("calls go through with their arguments and result, until the owner's end", () => {
  let alive = true;
  const register = new Register();
  const fenced = fence(register, "meter", () => alive);
  assertStrictEquals(fenced.add(5), register);
  const add = fenced.add;
  add(6);
  assertEquals([register.energyWh, fenced.energyWh, fenced.unit, "add" in fenced], [11, 11, "Wh", true]);
  alive = false;
  assertThrows(() => fenced.add(7), Fenced, "do not call add: this incarnation of meter has been given up");
  assertThrows(() => add(7), Fenced);
  assertEquals(register.energyWh, 11);
});

check("a frozen port can be fenced", () => {
  const port = Object.freeze({ read: () => 5 });
  assertEquals(fence(port, "meter", () => true).read(), 5);
  assertThrows(() => fence(port, "meter", () => false).read(), Fenced);
});

check("the same function each time, and the port's new one when a test replaces it", () => {
  const port = { read: () => 5 };
  const fenced = fence(port, "meter", () => true);
  assertStrictEquals(fenced.read, fenced.read);
  port.read = () => 6;
  assertEquals(fenced.read(), 6);
});

check("the port cannot be changed through it", () => {
  const port = { read: () => 5 };
  assertThrows(() => Object.assign(fence(port, "meter", () => true), { read: () => 6 }), TypeError);
  assertEquals(port.read(), 5);
});
