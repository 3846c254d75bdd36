/**
 * A port that an incarnation can use only while it lives.
 *
 * Law: a call made after the end throws `Fenced` and does not reach the port. A call made before is under way and is not
 * taken back; what comes of it meets the fence at its next call. An object that a port returns needs a fence of its own.
 */
import { Fenced } from "./actor.ts";

/** `owner` is named in the error. */
export function fence<P extends object>(port: P, owner: string, isAlive: () => boolean): P {
  const cache = new Map<PropertyKey, { readonly call: unknown; readonly fenced: unknown }>();

  function get(_: P, name: PropertyKey): unknown {
    const call: unknown = Reflect.get(port, name);
    if (typeof call !== "function") return call;
    const known = cache.get(name);
    if (known?.call === call) return known.fenced;
    const fenced = (...args: unknown[]): unknown => {
      if (!isAlive()) {
        throw new Fenced(`do not call ${String(name)}: this incarnation of ${owner} has been given up`);
      }
      return Reflect.apply(call, port, args);
    };
    cache.set(name, { call, fenced });
    return fenced;
  }

  // The target is a shadow: a proxy must show a frozen port's functions as they are, so it may not stand on the port.
  return new Proxy(Object.create(null) as P, {
    get,
    has: (_, name) => Reflect.has(port, name),
    set: () => false,
  });
}
