/** What records of earlier versions are read as. */
import { assertEquals } from "@std/assert";
import { readRecord } from "../../storage/record_reading.ts";
import { CheckpointRecord, RegistrationRecord } from "../../storage/records.ts";

Deno.test({
  name: "records: a checkpoint that does not tell when its register rose last is of one that rose then",
  permissions: "none",
}, () => {
  const alive = { localId: 17, energyWh: 1_500.5, atMs: 90_000, meterSerialNumber: "M1" };
  const entry = { key: ["checkpoint", 1], sequence: 1 };
  const read = (value: typeof alive) => readRecord(CheckpointRecord, { ...entry, value });
  assertEquals(read(alive), { ...alive, risenMs: 90_000 });
  const risen = { ...alive, risenMs: 40_000 };
  assertEquals(read(risen), risen);
});

Deno.test({
  name: "records: a registration that does not tell its security profile counts on the lowest one",
  permissions: "none",
}, () => {
  const value = { boot: 3, registration: "Accepted" };
  const read = readRecord(RegistrationRecord, { key: ["registration"], sequence: 1, value });
  assertEquals(read, { ...value, securityProfile: 0 } as RegistrationRecord);
});
