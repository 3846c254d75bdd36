/**
 * The command line as a table: each verb with its options, from which both the parser and `--help` are made.
 *
 * Law: what is not in this table does not exist, and what is in it is documented by it. People script against it.
 */

/** One option. With `value` it takes one, of that kind; without, it is a switch. */
export interface Option {
  readonly name: string;
  readonly value?: string;
  /** Which values it takes; without it, every one that is not empty. */
  readonly accepts?: (value: string) => boolean;
  /** May be given again and again; of every other option the last one holds. */
  readonly repeated?: true;
  /** Shown in the usage line: the verb does nothing without it. */
  readonly required?: true;
  readonly what: string;
}

export type View = "tree" | "status" | "messages" | "metrics" | "parked" | "limits" | "security";

/** One verb. `views` are the words that may stand after it, the first of them being the default. */
export interface Verb {
  readonly summary: string;
  readonly views: readonly View[];
  readonly options: readonly Option[];
  readonly notes: readonly string[];
}

export type VerbName = "run" | "simulate" | "inspect";

/** Time may be hurried this far: a simulated second must stay long enough for a real peer to answer in. */
const SPEED_MAX = 120;

const SOCKET: Option = { name: "socket", value: "PATH", what: "the debug socket, a Unix domain socket" };

const STATION: readonly Option[] = [
  { name: "csms", value: "URL", what: "the central system, ws://… or wss://…, without the charge point id" },
  { name: "id", value: "ID", what: "the charge point id, which ends the URL that is dialled" },
  { name: "station", value: "NAME|FILE", what: "the station profile: one that ships, or a JSON file" },
  {
    name: "set",
    value: "KEY=VALUE",
    accepts: isSetting,
    repeated: true,
    what: "an OCPP configuration key, set at every start; may be given again and again",
  },
  { name: "state", value: "DIR", what: "the state directory; one process at a time owns it" },
  SOCKET,
  {
    name: "auth-key-file",
    value: "FILE",
    what: "a file that holds the AuthorizationKey, for Basic authentication",
  },
  {
    name: "security-profile",
    value: "0|1|2|3",
    accepts: (value) => /^[0-3]$/.test(value),
    what: "the security profile of the first start, or a higher one than is kept",
  },
  {
    name: "root-file",
    value: "FILE",
    repeated: true,
    what: "a PEM file of root certificates that may prove the central system; may be given again",
  },
  { name: "quiet", what: "print errors only" },
  { name: "json", what: "print one JSON object a line, for programs" },
];

export const VERBS: Readonly<Record<VerbName, Verb>> = {
  run: {
    summary: "run the charger that a configuration file describes",
    views: [],
    options: [
      { name: "config", value: "FILE", required: true, what: "the configuration, a JSON file" },
      ...STATION,
    ],
    notes: [
      "Options override the file. The configuration keys in the file count at the first boot; what is changed later is",
      "kept and wins from then on. --set wins at every start. On SIGTERM the charger stops in order and exits 0.",
    ],
  },
  simulate: {
    summary: "run the same charger on simulated hardware, and a central system where none is given",
    views: [],
    options: [
      {
        name: "config",
        value: "FILE",
        what: "the configuration, a JSON file; without it everything has a default",
      },
      ...STATION,
      {
        name: "speed",
        value: "N",
        accepts: isSpeed,
        what: `simulated seconds in a second: above 0, at most ${SPEED_MAX}`,
      },
      { name: "once", what: "one charging session, from the boot to the bill, then exit 0" },
      {
        name: "on-reset",
        value: "exit",
        accepts: (value) => value === "exit",
        what: "exit on a Reset, as run does; without it the simulator starts itself again",
      },
    ],
    notes: [
      "Without --csms a small central system is started on a free loopback port. Without --state the state is temporary",
      "and removed at the end. Without --socket the path of the socket is chosen and printed.",
    ],
  },
  inspect: {
    summary: "show what a running charger is doing, through its debug socket",
    views: ["tree", "status", "messages", "metrics", "parked", "limits", "security"],
    options: [
      SOCKET,
      { name: "watch", what: "keep the picture live until interrupted" },
      { name: "json", what: "print what the socket answers, unchanged" },
      {
        name: "duration",
        value: "S",
        accepts: isDuration,
        what: "limits: how many seconds of the schedule; an hour without it",
      },
      {
        name: "what-if",
        value: "FILE",
        what: "limits: what the SetChargingProfile.req in FILE would change; installs nothing",
      },
      {
        name: "after",
        value: "N",
        accepts: isLocalId,
        what: "parked: show those behind transaction N, where there are more than 200",
      },
      {
        name: "export",
        value: "N",
        accepts: isLocalId,
        what: "parked: print all that is kept of transaction N, as JSON",
      },
      {
        name: "resend",
        value: "N",
        accepts: isLocalId,
        what: "parked: send transaction N to the central system again",
      },
      {
        name: "discard",
        value: "N",
        accepts: isLocalId,
        what: "parked: give transaction N up; needs --reason",
      },
      {
        name: "reason",
        value: "TEXT",
        accepts: isReason,
        what: "parked: why it is discarded, 1 to 500 characters for the log",
      },
    ],
    notes: [
      "tree      supervisors and actors: state, restarts, mailbox, messages handled, last crash (the default)",
      "status    registration, link, queue, and each connector with its transaction",
      "messages  every OCPP frame in both directions, as it passes",
      "metrics   counters and gauges, in Prometheus' text format",
      "limits    of each connector the limit, who set it, who has not and why, and what is coming",
      "security  the security profile, certificates and until when they are valid, the log, and events that wait to be sent",
      "parked    transactions of which the central system has refused something for good, and what it answered",
    ],
  },
};

/** Lengths as ChangeConfiguration has them (OCPP 1.6 §6.7): CiString50 and CiString500. An empty value is one. */
function isSetting(value: string): boolean {
  return /^[^=]{1,50}=.{0,500}$/s.test(value);
}

function isDuration(value: string): boolean {
  return /^[1-9]\d{0,8}$/.test(value);
}

/** As the debug socket takes it. */
function isLocalId(value: string): boolean {
  return /^\d{1,15}$/.test(value);
}

function isReason(value: string): boolean {
  return value.trim().length >= 1 && value.trim().length <= 500;
}

function isSpeed(value: string): boolean {
  return /^\d+(\.\d+)?$/.test(value) && Number(value) > 0 && Number(value) <= SPEED_MAX;
}
