/**
 * The official JSON schemas of OCPP 1.6, as ocpp-rpc ships them for its strict mode: what may stand in a payload.
 *
 * Law: a verdict is null, or says what is wrong; a message that the schemas do not know is wrong.
 */
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import schemas from "ocpp-rpc/lib/schemas/ocpp1_6.json" with { type: "json" };

const ajv = new Ajv({ strict: false, multipleOfPrecision: 6 });
addFormats.default(ajv);
const validators = new Map<string, ValidateFunction>();

/** `req` is a CALL's payload, `conf` that of its CALLRESULT. */
export function schemaProblem(action: string, part: "req" | "conf", payload: unknown): string | null {
  const id = `urn:${action}.${part}`;
  const validate = validators.get(id) ?? compiled(id);
  if (validate === null) return `OCPP 1.6 has no ${action}.${part}`;
  return validate(payload) ? null : `${action}.${part}: ${ajv.errorsText(validate.errors)}`;
}

function compiled(id: string): ValidateFunction | null {
  const found = schemas.find((schema) => schema.$id === id);
  if (found === undefined) return null;
  // Its id is a URN with one part too few, over which this version of ajv stumbles; nothing refers to it.
  const { $id: _, ...schema } = found;
  const validate = ajv.compile(schema);
  validators.set(id, validate);
  return validate;
}
