/** The addresses of the simulated hardware: what they understand, what they refuse, and when the effect comes. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { HardwareVerbs, Prepared, WorldVerb } from "../../console/hardware_verbs.ts";
import { type Asker, askerAt } from "./socket_asker.ts";
import { watchCharger } from "./watched_charger.ts";

/** Hands that note what they are told. */
interface Noted {
  readonly hardware: HardwareVerbs;
  readonly prepared: WorldVerb[];
  /** Resolves when the verb's effect happens; then the next one's may be awaited. */
  readonly nextEffect: () => Promise<WorldVerb>;
}

function noting(
  judge: (verb: WorldVerb) => Exclude<Prepared, { kind: "possible" }> | null = () => null,
): Noted {
  const prepared: WorldVerb[] = [];
  const effects: WorldVerb[] = [];
  let happened = Promise.withResolvers<void>();
  return {
    prepared,
    hardware: {
      prepare: (verb) => {
        prepared.push(verb);
        const act = () => {
          effects.push(verb);
          happened.resolve();
        };
        return judge(verb) ?? { kind: "possible", act };
      },
    },
    nextEffect: async () => {
      while (effects.length === 0) {
        await happened.promise;
        happened = Promise.withResolvers();
      }
      const effect = effects.shift();
      if (effect === undefined) throw new Error("there is an effect");
      return effect;
    },
  };
}

async function withHardware(noted: Noted, proves: (asker: Asker) => Promise<void>): Promise<void> {
  const charger = await watchCharger({ hardware: noted.hardware });
  try {
    using asker = askerAt(charger.path);
    await proves(asker);
  } finally {
    await charger.close();
  }
}

Deno.test("hardware: each verb of the table is understood, answered 202, and done", async () => {
  const noted = noting();
  await withHardware(noted, async (asker) => {
    const cases: readonly (readonly [string, unknown, WorldVerb])[] = [
      ["connectors/1/plug", undefined, { verb: "plug", connectorId: 1, side: "both" }],
      ["connectors/1/plug", { side: "station" }, { verb: "plug", connectorId: 1, side: "station" }],
      ["connectors/2/unplug", { side: "ev" }, { verb: "unplug", connectorId: 2, side: "ev" }],
      ["reader/swipe", { idTag: "04AABBCC" }, { verb: "swipe", idTag: "04AABBCC" }],
      ["reader/swipe", { idTag: "A", connectorId: 2 }, { verb: "swipe", idTag: "A", connectorId: 2 }],
      ["connectors/0/fault", { errorCode: "OverVoltage" }, {
        verb: "fault",
        connectorId: 0,
        errorCode: "OverVoltage",
      }],
      ["connectors/1/fault", { errorCode: "OtherError", vendorErrorCode: "E7", info: "fan" }, {
        verb: "fault",
        connectorId: 1,
        errorCode: "OtherError",
        vendorErrorCode: "E7",
        info: "fan",
      }],
      ["connectors/1/clear-fault", "", { verb: "clear-fault", connectorId: 1 }],
      ["connectors/1/ev", { demand: false, suspended: true, socPercent: 80 }, {
        verb: "ev",
        connectorId: 1,
        demand: false,
        suspended: true,
        socPercent: 80,
      }],
      ["connectors/1/lock", { failure: true }, { verb: "lock", connectorId: 1, failure: true }],
      ["power", { state: "failing" }, { verb: "power", state: "failing" }],
      ["network", { up: false }, { verb: "network", up: false }],
      ["storage", { state: "full" }, { verb: "storage", state: "full" }],
    ];
    for (const [address, body, verb] of cases) {
      const told = await asker.post(`/hardware/${address}`, body);
      assertEquals([address, told.status, told.json()], [address, 202, { accepted: verb.verb }]);
      assertEquals(await noted.nextEffect(), verb);
    }
  });
});

/** One line a case: address and body, and what the 400 says. */
function checkRefused(address: string, body: unknown, error: string): void {
  Deno.test(`hardware: 400 for ${address} ${JSON.stringify(body)}`, async () => {
    const noted = noting();
    await withHardware(noted, async (asker) => {
      const told = await asker.post(`/hardware/${address}`, body);
      assertEquals([told.status, told.json()], [400, { error }]);
      assertEquals(noted.prepared, [], "nothing was prepared");
    });
  });
}

checkRefused("connectors/1/plug", { side: "up" }, 'side: write "both" or "ev" or "station", not "up"');
checkRefused("connectors/one/plug", {}, 'name a connector by its number, not "one"');
checkRefused("connectors/-1/plug", {}, 'name a connector by its number, not "-1"');
checkRefused("connectors/1/plug", [], "send a JSON object as the body");
checkRefused("connectors/1/plug", "null", "send a JSON object as the body");
checkRefused(
  "connectors/1/plug",
  "{side: ev}",
  "write JSON, without comments and without a comma after the last field: it stops being that at line 1 column 2",
);
checkRefused(
  "connectors/1/plug",
  { connectorId: 2 },
  'remove the field "connectorId", which the address says already',
);
checkRefused(
  "power",
  { verb: "plug", state: "on" },
  'remove the field "verb", which the address says already',
);
checkRefused("connectors/1/lock", {}, "failure: write a boolean; it is missing");
checkRefused("connectors/1/ev", { socPercent: 101 }, "socPercent: write at most 100, not 101");
checkRefused("reader/swipe", { idTag: "" }, 'idTag: write 1 to 20 printable characters, not ""');
checkRefused("power", { state: "off" }, 'state: write "on" or "failing" or "cut", not "off"');
checkRefused("network", { up: "false" }, 'up: write a boolean, not "false"');
checkRefused(
  "storage",
  { state: "ok", size: 1 },
  'remove the field "size", which is not known; known are verb, state',
);

Deno.test("hardware: 409 for what is impossible, 400 for what the station does not know", async () => {
  const noted = noting((verb) =>
    verb.verb === "plug"
      ? { kind: "impossible", why: "the cable is plugged in already" }
      : { kind: "invalid", why: "name a connector from 1 to 2, not 9" }
  );
  await withHardware(noted, async (asker) => {
    const plug = await asker.post("/hardware/connectors/1/plug");
    assertEquals([plug.status, plug.json()], [409, { error: "the cable is plugged in already" }]);
    const lock = await asker.post("/hardware/connectors/9/lock", { failure: true });
    assertEquals([lock.status, lock.json()], [400, { error: "name a connector from 1 to 2, not 9" }]);
  });
});

Deno.test("hardware: a body over 64 KiB is 413, whether it says its length or not", async () => {
  const noted = noting();
  await withHardware(noted, async (asker) => {
    const body = " ".repeat(65_536);
    assertEquals((await asker.post("/hardware/connectors/1/plug", body)).status, 202);
    assertEquals((await asker.post("/hardware/connectors/1/plug", `${body} `)).status, 413);
    const unmeasured = new Blob([`${body} `]).stream();
    assertEquals((await asker.send("POST", "/hardware/connectors/1/plug", unmeasured)).status, 413);
    assertEquals(noted.prepared.length, 1);
  });
});

Deno.test("hardware: an unknown verb is 404 and named beside the known ones", async () => {
  await withHardware(noting(), async (asker) => {
    const told = await asker.post("/hardware/connectors/1/kick");
    assertEquals(told.status, 404);
    assertStringIncludes(told.text, "POST /hardware/connectors/{n}/clear-fault");
    assertEquals((await asker.get("/hardware/power")).status, 405);
  });
});
