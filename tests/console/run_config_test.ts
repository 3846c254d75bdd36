/** The configuration of a charger: what a file may say, what an option overrides, and what a mistake is answered with. */
import { assertEquals } from "@std/assert";
import { parseArguments, type RunOptions, type SimulateOptions } from "../../console/arguments.ts";
import { SOCKET_PATH_BYTES_MAX } from "../../console/socket_file.ts";
import { readRunConfig, readSimulateConfig } from "../../console/run_config.ts";

const FILE = {
  csms: "ws://csms.example.com/ocpp",
  chargePointId: "CP001",
  vendor: "Example",
  model: "DC 50",
  station: "reference-dc",
  stateDirectory: "/var/lib/chargerd",
};

function runOptions(...words: readonly string[]): RunOptions {
  const command = parseArguments(["run", "--config", "a.json", ...words]);
  if (command.kind !== "run") throw new Error(`not a run: ${JSON.stringify(command)}`);
  return command.options;
}

function simulateOptions(...words: readonly string[]): SimulateOptions {
  const command = parseArguments(["simulate", ...words]);
  if (command.kind !== "simulate") throw new Error(`not a simulate: ${JSON.stringify(command)}`);
  return command.options;
}

Deno.test({ name: "run: the least that a file must say", permissions: "none" }, () => {
  assertEquals(readRunConfig(JSON.stringify(FILE), runOptions()), {
    kind: "read",
    value: { ...FILE, configuration: {}, rootCertificates: [] },
  });
});

Deno.test({ name: "run: everything that a file may say", permissions: "none" }, () => {
  const value = {
    ...FILE,
    serialNumber: "s".repeat(25),
    firmwareVersion: "f".repeat(50),
    station: { connectors: [] },
    configuration: { HeartbeatInterval: "300", AuthorizationKey: "" },
    rootCertificates: ["/etc/root.pem"],
    localTransfers: ["loopback" as const, "linkLocal" as const],
    socket: `/${"s".repeat(SOCKET_PATH_BYTES_MAX - 1)}`,
  };
  assertEquals(readRunConfig(JSON.stringify(value), runOptions()), { kind: "read", value });
});

Deno.test(
  { name: "run: options override the file, and --set stays apart from it", permissions: "none" },
  () => {
    const words = [
      "--csms",
      "ws://h",
      "--id",
      "CP 2",
      "--station",
      "./s.json",
      "--state",
      "/s",
      "--socket",
      "/k",
    ];
    const options = runOptions(...words, "--set", "HeartbeatInterval=60");
    assertEquals(readRunConfig(JSON.stringify({ ...FILE, socket: "/old" }), options), {
      kind: "read",
      value: {
        csms: "ws://h",
        chargePointId: "CP 2",
        vendor: "Example",
        model: "DC 50",
        station: "./s.json",
        configuration: {},
        rootCertificates: [],
        stateDirectory: "/s",
        socket: "/k",
      },
    });
  },
);

Deno.test({ name: "simulate: no file and no option is enough", permissions: "none" }, () => {
  assertEquals(readSimulateConfig(undefined, simulateOptions()), {
    kind: "read",
    value: {
      chargePointId: "CP001",
      vendor: "chargerd",
      model: "Simulator",
      station: "reference-dc",
      configuration: {},
      rootCertificates: [],
    },
  });
});

Deno.test({
  name: "simulate: the file overrides the defaults, and options override the file",
  permissions: "none",
}, () => {
  const judged = readSimulateConfig(
    '{"model":"DC 50","chargePointId":"FILE"}',
    simulateOptions("--id", "OPTION"),
  );
  assertEquals(judged.kind === "read" && [judged.value.model, judged.value.chargePointId], [
    "DC 50",
    "OPTION",
  ]);
});

/** One line a case: what differs from a right file, the options, and what is said about it. */
function check(
  sentence: string,
  change: object,
  words: readonly string[],
  problems: readonly string[],
): void {
  Deno.test({ name: `run: ${sentence}`, permissions: "none" }, () => {
    const text = JSON.stringify({ ...FILE, ...change });
    assertEquals(readRunConfig(text, runOptions(...words)), { kind: "refused", problems });
  });
}

check("a mistyped field gets the nearest named", { stateDir: "/s" }, [], [
  'remove the field "stateDir", which is not known; did you mean "stateDirectory"?',
]);
check("all problems are told at once", { vendor: "", model: undefined }, [], [
  'vendor: write 1 to 20 printable ASCII characters, not ""',
  "model: write a string; it is missing",
]);
check("a mistake in an option names the option", { csms: "ws://h" }, ["--csms", "http://h", "--id", "a:b"], [
  '--csms: write a URL as ws://host/path or wss://host/path, without user, query and fragment, not "http://h"',
  '--id: write 1 to 48 printable ASCII characters without a colon, not "a:b"',
]);
check("a configuration value is a text, as on the wire", { configuration: { HeartbeatInterval: 300 } }, [], [
  "configuration.HeartbeatInterval: write a string, not 300",
]);
check("an AuthorizationKey is not quoted", { configuration: { AuthorizationKey: 4711 } }, [], [
  "configuration.AuthorizationKey: write a string, not what stands there",
]);
check("a station is a name, a path or a profile", { station: 1 }, [], [
  "station: write the name of a station profile, the path of one, or the profile itself, not 1",
]);
check("a socket's path must fit the kernel's address", { socket: `/${"ä".repeat(52)}` }, [], [
  `socket: write a path of at most 104 bytes, not "/${"ä".repeat(52)}"`,
]);

Deno.test({ name: "run: a file that is no JSON, or no object", permissions: "none" }, () => {
  assertEquals(readRunConfig("[]", runOptions("--id", "CP1")), {
    kind: "refused",
    problems: ["write an object, not an array"],
  });
  assertEquals(readRunConfig('{"csms": wss}', runOptions()).kind, "refused");
});

/** One line a case: a URL, and whether it may be dialled. */
function checkCsms(csms: string, accepted: boolean): void {
  Deno.test({ name: `csms ${csms} is ${accepted ? "accepted" : "refused"}`, permissions: "none" }, () => {
    assertEquals(
      readRunConfig(JSON.stringify({ ...FILE, csms }), runOptions()).kind,
      accepted ? "read" : "refused",
    );
  });
}

checkCsms("ws://127.0.0.1:9000", true);
checkCsms("ws://h/a/b/", true);
checkCsms("wss://h/a/b/", true);
checkCsms("WS://h", true);
checkCsms("ws://[::1]:80/x", true);
checkCsms("https://h", false);
checkCsms("ws:h", false);
checkCsms("ws://", false);
checkCsms("h:9000", false);
checkCsms("ws://user@h", false);
checkCsms("ws://:pw@h", false);
checkCsms("ws://h/?tenant=1", false);
checkCsms("ws://h/#a", false);

/** One line a case: a charge point id, and whether it may end a URL and begin Basic credentials. */
function checkId(chargePointId: string, accepted: boolean): void {
  Deno.test({
    name: `charge point id "${chargePointId}" is ${accepted ? "accepted" : "refused"}`,
    permissions: "none",
  }, () => {
    const text = JSON.stringify({ ...FILE, chargePointId });
    assertEquals(readRunConfig(text, runOptions()).kind, accepted ? "read" : "refused");
  });
}

checkId("RDAM 123", true);
checkId("a/b%c?d", true);
checkId("...", true);
checkId("x".repeat(48), true);
checkId("x".repeat(49), false);
checkId("", false);
checkId("a:b", false);
// URL parsers take these for path segments, percent-encoded too.
checkId(".", false);
checkId("..", false);
checkId("Zürich", false);
checkId("a\nb", false);

Deno.test({ name: "run: no file goes to an address that is nobody's", permissions: "none" }, () => {
  const file = JSON.stringify({ ...FILE, localTransfers: ["multicast"] });
  assertEquals(readRunConfig(file, runOptions()).kind, "refused");
});
