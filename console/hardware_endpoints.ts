/**
 * The addresses of the simulated hardware: `POST /hardware/…`, each a verb (`hal/hardware_verb.ts`).
 *
 * Law: what is not understood is refused with 400 and changes nothing; what is physically impossible with 409.
 *
 * | Address, below `/hardware` | Body |
 * |---|---|
 * | `/connectors/{n}/plug`, `/connectors/{n}/unplug` | `{"side"?: "both" \| "ev" \| "station"}`, default both |
 * | `/connectors/{n}/fault` | `{"errorCode", "vendorErrorCode"?, "info"?, "severity"?: "fault" \| "warning"}`; n = 0 is the whole station |
 * | `/connectors/{n}/clear-fault` | none |
 * | `/connectors/{n}/ev` | `{"demand"?: boolean, "suspended"?: boolean, "socPercent"?: 0 to 100}` |
 * | `/connectors/{n}/lock` | `{"failure": boolean}` |
 * | `/reader/swipe` | `{"idTag", "connectorId"?}`: with a reader at each connector, and only then, it says at which |
 * | `/tamper` | `{"tampered": boolean}` |
 * | `/power` | `{"state": "failing" \| "cut" \| "on"}` |
 * | `/network` | `{"up": boolean}` |
 * | `/storage` | `{"state": "full" \| "failing" \| "ok"}` |
 */
import type { z } from "zod";
import { type Handwritten, judgeHandwritten, parseHandwritten } from "../hal/handwritten.ts";
import { HardwareVerb } from "../hal/hardware_verb.ts";
import { type Asked, type Endpoint, refusal } from "./endpoint.ts";
import { type HardwareVerbs, NetworkVerb, StorageVerb, type WorldVerb } from "./hardware_verbs.ts";
import type { VerbTurns } from "./verb_turns.ts";

const CONNECTOR_VERBS = ["plug", "unplug", "fault", "clear-fault", "ev", "lock"] as const;

export function hardwareEndpoints(
  hardware: HardwareVerbs,
  turns: VerbTurns,
): readonly Endpoint[] {
  function verbAt(path: string, schema: z.ZodType<WorldVerb>, verb: string): Endpoint {
    return {
      method: "POST",
      path: `/hardware${path}`,
      answer: async (asked) => {
        const judged = await read(asked, schema, verb);
        if (judged.kind === "refused") return refusal(400, judged.problems.join("; "));
        return await turns.take(verb, asked.answered, () => hardware.prepare(judged.value));
      },
    };
  }

  return [
    ...CONNECTOR_VERBS.map((verb) => verbAt(`/connectors/{n}/${verb}`, HardwareVerb, verb)),
    verbAt("/reader/swipe", HardwareVerb, "swipe"),
    verbAt("/tamper", HardwareVerb, "tamper"),
    verbAt("/power", HardwareVerb, "power"),
    verbAt("/network", NetworkVerb, "network"),
    verbAt("/storage", StorageVerb, "storage"),
  ];
}

/** A verb, from its name, the connector in the path and the body; an empty body is an empty object. */
async function read(
  asked: Asked,
  schema: z.ZodType<WorldVerb>,
  verb: string,
): Promise<Handwritten<WorldVerb>> {
  const text = await asked.body();
  const parsed = parseHandwritten(text.trim() === "" ? "{}" : text);
  if (parsed.kind === "refused") return parsed;
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refused("send a JSON object as the body");
  }
  const [n] = asked.names;
  if (n !== undefined && !/^\d{1,9}$/.test(n)) return refused(`name a connector by its number, not "${n}"`);
  const fromPath = n === undefined ? { verb } : { verb, connectorId: Number(n) };
  const twice = Object.keys(fromPath).find((name) => Object.hasOwn(value, name));
  if (twice !== undefined) return refused(`remove the field "${twice}", which the address says already`);
  return judgeHandwritten(schema, { ...value, ...fromPath });
}

function refused(problem: string): Handwritten<WorldVerb> {
  return { kind: "refused", problems: [problem] };
}
