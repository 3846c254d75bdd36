/**
 * What a case asks of a charge point, and the answer that it must give.
 *
 * Law: a precondition of a case is met when the value is read back, or its key is absent (`conformance/pics.md`).
 */
import { assert, assertEquals } from "@std/assert";
import type { Payload } from "./expected.ts";
import type { Answered, Tool } from "./tool.ts";

export interface KeyValue {
  readonly key: string;
  readonly readonly: boolean;
  readonly value?: string;
}

/** The status of the answer, or the code of the CALLERROR. */
export async function verdict(tool: Tool, action: string, payload: Payload): Promise<string> {
  const answered = await tool.call(action, payload);
  return answered.kind === "error" ? answered.errorCode : String(answered.payload["status"]);
}

export async function assertVerdict(
  tool: Tool,
  action: string,
  payload: Payload,
  ...wanted: readonly string[]
): Promise<void> {
  const found = await verdict(tool, action, payload);
  assert(
    wanted.includes(found),
    `${action} ${JSON.stringify(payload)}: ${found}, not ${wanted.join(" or ")}`,
  );
}

export async function accepted(tool: Tool, action: string, payload: Payload): Promise<void> {
  await assertVerdict(tool, action, payload, "Accepted");
}

/** The key as the charge point reports it; undefined where it does not know it. */
export async function reported(tool: Tool, key: string): Promise<KeyValue | undefined> {
  const { configurationKey, unknownKey } = configuration(await tool.call("GetConfiguration", { key: [key] }));
  assertEquals([configurationKey.map((one) => one.key), unknownKey].flat(), [key]);
  return configurationKey[0];
}

/** All keys. */
export async function fullConfiguration(tool: Tool): Promise<readonly KeyValue[]> {
  return configuration(await tool.call("GetConfiguration", {})).configurationKey;
}

export function configuration(
  answered: Answered,
): { readonly configurationKey: readonly KeyValue[]; readonly unknownKey: readonly string[] } {
  assert(answered.kind === "result", `GetConfiguration: ${JSON.stringify(answered)}`);
  const { configurationKey, unknownKey } = answered.payload;
  return {
    configurationKey: (configurationKey ?? []) as readonly KeyValue[],
    unknownKey: (unknownKey ?? []) as readonly string[],
  };
}

/** Sees to it that the keys have these values, where they are implemented. */
export async function precondition(tool: Tool, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, value] of Object.entries(values)) {
    const before = await reported(tool, key);
    if (before === undefined || before.value === value) continue;
    await assertVerdict(tool, "ChangeConfiguration", { key, value }, "Accepted", "RebootRequired");
    assertEquals((await reported(tool, key))?.value, value);
  }
}
