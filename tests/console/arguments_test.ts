/** The command line: which words give which command, and what each mistake is answered with. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Command, parseArguments } from "../../console/arguments.ts";
import { VERBS } from "../../console/grammar.ts";

const NOTHING_GIVEN = {
  config: undefined,
  csms: undefined,
  id: undefined,
  station: undefined,
  state: undefined,
  socket: undefined,
  authKeyFile: undefined,
  securityProfile: undefined,
  rootFiles: [],
  set: {},
  quiet: false,
  json: false,
};

const SIMULATE = { ...NOTHING_GIVEN, speed: undefined, once: false, onReset: "restart" } as const;
const INSPECT = {
  view: "tree",
  socket: undefined,
  watch: false,
  json: false,
  duration: undefined,
  whatIf: undefined,
  after: undefined,
  deed: undefined,
} as const;

function words(line: string): readonly string[] {
  return line.split(" ").filter((word) => word !== "");
}

/** One line a case: what is typed after the program's name, and the command that it gives. */
function check(line: string, expected: Command): void {
  Deno.test({ name: `chargerd ${line}`, permissions: "none" }, () => {
    assertEquals(parseArguments(words(line)), expected);
  });
}

check("simulate", { kind: "simulate", options: SIMULATE });
check("run --config a.json", { kind: "run", options: { ...NOTHING_GIVEN, config: "a.json" } });
check("inspect", { kind: "inspect", options: INSPECT });
check("inspect metrics", { kind: "inspect", options: { ...INSPECT, view: "metrics" } });
check("inspect --watch status --socket /run/c.sock --json", {
  kind: "inspect",
  options: { ...INSPECT, view: "status", socket: "/run/c.sock", watch: true, json: true },
});
check("--version", { kind: "version" });

// Every option of simulate, once.
check(
  "simulate --config a.json --csms ws://h/o --id CP9 --station dc-four --state /s --socket /k --auth-key-file /f " +
    "--security-profile 2 --root-file /r --root-file /s " +
    "--set HeartbeatInterval=300 --speed 2.5 --on-reset exit --once --quiet --json",
  {
    kind: "simulate",
    options: {
      config: "a.json",
      csms: "ws://h/o",
      id: "CP9",
      station: "dc-four",
      state: "/s",
      socket: "/k",
      authKeyFile: "/f",
      securityProfile: 2,
      rootFiles: ["/r", "/s"],
      set: { HeartbeatInterval: "300" },
      speed: 2.5,
      onReset: "exit",
      once: true,
      quiet: true,
      json: true,
    },
  },
);

// How values may be written.
check("simulate --speed=10", { kind: "simulate", options: { ...SIMULATE, speed: 10 } });
check("simulate --id=--CP", { kind: "simulate", options: { ...SIMULATE, id: "--CP" } });
check("simulate --id -1", { kind: "simulate", options: { ...SIMULATE, id: "-1" } });
check("simulate --csms=ws://h/?a=b", { kind: "simulate", options: { ...SIMULATE, csms: "ws://h/?a=b" } });
check("simulate --id A --id B", { kind: "simulate", options: { ...SIMULATE, id: "B" } });
check("simulate --set A=1 --set B=x=y --set=C= --set A=2", {
  kind: "simulate",
  options: { ...SIMULATE, set: { A: "2", B: "x=y", C: "" } },
});

// A bare -- is what `deno task simulate -- --once` and its like leave there.
check("simulate -- --once", { kind: "simulate", options: { ...SIMULATE, once: true } });
check("-- simulate --once", { kind: "simulate", options: { ...SIMULATE, once: true } });

/** One line a case: what is typed, and the first line of the answer. */
function checkRefused(line: string, expected: string): void {
  Deno.test({ name: `chargerd ${line} is refused`, permissions: "none" }, () => {
    const command = parseArguments(words(line));
    assertEquals(command.kind, "refused");
    assertEquals(command.kind === "refused" && command.text.split("\n")[0], expected);
  });
}

checkRefused("", "give a verb");
checkRefused("simualte", 'give a verb, not "simualte"; did you mean simulate?');
checkRefused("constructor", 'give a verb, not "constructor"');
checkRefused("help runn", 'give a verb, not "runn"; did you mean run?');
checkRefused("run", "chargerd run: give --config FILE: run has no defaults");
checkRefused(
  "simulate --sped 2",
  'chargerd simulate: give a known option, not "--sped"; did you mean --speed?',
);
checkRefused(
  "simulate --sped=2",
  'chargerd simulate: give a known option, not "--sped"; did you mean --speed?',
);
checkRefused(
  "simulate --watch",
  'chargerd simulate: give a known option, not "--watch"',
);
checkRefused("run --config a --once", 'chargerd run: give a known option, not "--once"');
checkRefused("simulate -x", 'chargerd simulate: give a known option, not "-x"');
checkRefused("simulate now", 'chargerd simulate: give options only, which begin with --, not "now"');
checkRefused(
  "inspect tre",
  'chargerd inspect: give one of tree, status, messages, metrics, parked, limits, security, not "tre"; did you mean tree?',
);
check("inspect parked --resend 5", {
  kind: "inspect",
  options: { ...INSPECT, view: "parked", deed: { kind: "resend", localId: 5 } },
});
check("inspect parked --export=5", {
  kind: "inspect",
  options: { ...INSPECT, view: "parked", deed: { kind: "export", localId: 5 } },
});
check("inspect --discard 5 parked --reason cash", {
  kind: "inspect",
  options: { ...INSPECT, view: "parked", deed: { kind: "discard", localId: 5, reason: "cash" } },
});
checkRefused(
  "inspect parked --resend five",
  'chargerd inspect: give --resend N, parked: send transaction N to the central system again, not "five"',
);
checkRefused("inspect --resend 5", "chargerd inspect: give --resend with parked: inspect parked --resend N");
checkRefused(
  "inspect parked --resend 5 --export 5",
  "chargerd inspect: give one of --export and --resend, not both",
);
checkRefused("inspect parked --resend 5 --watch", "chargerd inspect: give --watch or --resend, not both");
checkRefused(
  "inspect parked --discard 5",
  "chargerd inspect: give --reason TEXT with --discard: the log keeps it",
);
checkRefused(
  "inspect parked --resend 5 --reason cash",
  "chargerd inspect: give --reason with --discard N only",
);
check("inspect parked --after 1197 --json", {
  kind: "inspect",
  options: { ...INSPECT, view: "parked", json: true, after: "1197" },
});
checkRefused(
  "inspect parked --after last",
  'chargerd inspect: give --after N, parked: show those behind transaction N, where there are more than 200, not "last"',
);
checkRefused("inspect --after 5", "chargerd inspect: give --after with parked: inspect parked --after N");
checkRefused(
  "inspect parked --after 5 --export 5",
  "chargerd inspect: give --after or --export, not both",
);
check("inspect limits --duration 400 --what-if profile.json", {
  kind: "inspect",
  options: { ...INSPECT, view: "limits", duration: "400", whatIf: "profile.json" },
});
checkRefused(
  "inspect --what-if profile.json",
  "chargerd inspect: give --what-if with limits: inspect limits --what-if …",
);
checkRefused(
  "inspect tree --duration 5",
  "chargerd inspect: give --duration with limits: inspect limits --duration …",
);
checkRefused(
  "inspect limits --duration 0",
  'chargerd inspect: give --duration S, limits: how many seconds of the schedule; an hour without it, not "0"',
);
checkRefused(
  "inspect limits --watch --what-if profile.json",
  "chargerd inspect: give --watch or --what-if, not both",
);
checkRefused("inspect tree status", "chargerd inspect: give one of tree and status, not both");
checkRefused("simulate --once=yes", "chargerd simulate: give --once without a value");
checkRefused(
  "simulate --id",
  "chargerd simulate: give --id a value: --id ID, the charge point id, which ends the URL that is dialled",
);
checkRefused(
  "simulate --id --once",
  "chargerd simulate: give --id a value: --id ID, the charge point id, which ends the URL that is dialled",
);
checkRefused(
  "simulate --state=",
  'chargerd simulate: give --state DIR, the state directory; one process at a time owns it, not ""',
);

const SPEED = "chargerd simulate: give --speed N, simulated seconds in a second: above 0, at most 120";
for (const speed of ["0", "-1", "1001", "fast", "1e3", "Infinity", "."]) {
  checkRefused(`simulate --speed ${speed}`, `${SPEED}, not "${speed}"`);
}

const SET =
  "chargerd simulate: give --set KEY=VALUE, an OCPP configuration key, set at every start; may be given again and again";
checkRefused("simulate --set HeartbeatInterval", `${SET}, not "HeartbeatInterval"`);
checkRefused("simulate --set =300", `${SET}, not "=300"`);
// CiString50 and CiString500 (OCPP 1.6 §6.7 ChangeConfiguration.req).
checkRefused(`simulate --set ${"k".repeat(51)}=1`, `${SET}, not "${"k".repeat(51)}=1"`);
checkRefused(`simulate --set k=${"v".repeat(501)}`, `${SET}, not "k=${"v".repeat(501)}"`);
checkRefused(
  "simulate --on-reset restart",
  "chargerd simulate: give --on-reset exit, exit on a Reset, as run does; without it the simulator starts itself " +
    'again, not "restart"',
);

/** One line a case: what is typed, and a line that the help must have. */
function checkHelp(line: string, expected: string): void {
  Deno.test({ name: `chargerd ${line} shows help`, permissions: "none" }, () => {
    const command = parseArguments(words(line));
    assertEquals(command.kind, "help");
    assertStringIncludes(command.kind === "help" ? command.text : "", expected);
  });
}

checkHelp("--help", "Usage: chargerd VERB [OPTION]…");
checkHelp("-h", "  inspect   show what a running charger is doing");
checkHelp("help", "Usage: chargerd VERB [OPTION]…");
checkHelp(
  "help inspect",
  "Usage: chargerd inspect [tree|status|messages|metrics|parked|limits|security] [OPTION]…",
);
checkHelp("run --help", "Usage: chargerd run --config FILE [OPTION]…");
checkHelp("simulate --sped -h", "Usage: chargerd simulate [OPTION]…");

Deno.test({
  name: "the help of a verb names every option that it takes, and no line is too wide",
  permissions: "none",
}, () => {
  for (const [verb, { options }] of Object.entries(VERBS)) {
    const command = parseArguments([verb, "--help"]);
    const text = command.kind === "help" ? command.text : "";
    for (const { name, what } of options) {
      {
        assertStringIncludes(text, `--${name}`);
        assertStringIncludes(text, what);
      }
    }
    assertEquals(text.split("\n").filter((line) => line.length > 120), []);
  }
});
