/**
 * Frames that nobody has asked for, well-formed and not (notes/reliability.md C3, rows 9 to 14; spec/rpc.md §6).
 *
 * Law: what is no CALL is never answered; a CALL with an id is, whatever else is wrong with it.
 */
import type { RpcErrorCode } from "../../protocol/frame.ts";
import type { HostileCase, Ids, Wanted } from "./hostile_case.ts";
import { deep } from "./shapes.ts";

export function frameCases(): readonly HostileCase[] {
  return [
    ...ignored.map((text) => nothing(`the text ${shown(text)}`, () => [text])),
    ...truncated(),
    ...ids(),
    ...answersToNothing(),
    ...calls(),
    ...actions(),
    ...together(),
    ...excesses(),
  ];
}

/** Row 9: neither JSON nor a frame, or a frame of a kind that OCPP-J 1.6 has not. */
const ignored = [
  ...[
    "",
    " ",
    "\n",
    "null",
    "true",
    "0",
    '""',
    "{}",
    "[]",
    "[[]]",
    "[null]",
    "[2]",
    "[3]",
    "[4]",
    "[2,{}]",
    "[2,null]",
    "x",
  ],
  ...[
    "[0]",
    "[1]",
    "[5]",
    "[-2]",
    "[2.5]",
    "[1e999]",
    "[-0]",
    '["2"]',
    "[true]",
    "[[2]]",
    "[{}]",
    "[20]",
    "[6]",
  ],
  ...[
    '[5,"h","Reset",{"type":"Hard"}]',
    '[0,"h","Reset",{"type":"Hard"}]',
    '["2","h","Reset",{"type":"Hard"}]',
  ],
  ...[
    '[2.5,"h","Reset",{"type":"Hard"}]',
    '[1e999,"h","Reset",{"type":"Hard"}]',
    '[null,"h","Reset",{"type":"Hard"}]',
  ],
  ...[
    '{"0":2,"1":"h","2":"Reset","3":{"type":"Hard"},"length":4}',
    '[2,"h","Reset",{"type":"Hard"}',
    '[2,"h""Reset",{}]',
  ],
  ...['[02,"h","Reset",{"type":"Hard"}]', "[2,'h','Reset',{'type':'Hard'}]", '[2,"h","Reset",{type:"Hard"}]'],
  ...[
    '[2,"h","Reset",{"type":"Hard"},]',
    '[2,"h","Reset",{"type":"Hard",}]',
    '[2,"h","Reset",{"type":"Hard"}]]',
  ],
  ...['[2,"h","Reset",{"type":"Hard"}][2,"h","Reset",{"type":"Hard"}]', '[2,"h","Reset",{"type":"Hard"}] x'],
  ...[
    '\ufeff[2,"h","Reset",{"type":"Hard"}]',
    '[2,"h","Reset",{"type":"Hard"}]\u0000',
    '// x\n[2,"h","Reset",{}]',
  ],
  ...[
    "GET / HTTP/1.1",
    "<xml/>",
    "\u0000\u0000",
    "[2,[2,[2,[2]]]]",
    `${deep(32)}`,
    `${deep(1_000)}`,
    `${deep(100_000)}`,
  ],
  ...["[".repeat(200_000), '{"a":'.repeat(40_000), '"'.repeat(1_001), "\\".repeat(1_000)],
];

/** A good CALL, cut off after each of its characters. */
function truncated(): readonly HostileCase[] {
  const whole = '[2,"h","Reset",{"type":"Hard"}]';
  return Array.from({ length: whole.length - 1 }, (_, at) => whole.slice(0, at + 1))
    .map((text) => nothing(`a Reset cut off: ${shown(text)}`, () => [text]));
}

/** Row 10. What `id` is as JSON, and as it comes back; null where it cannot be told. */
function ids(): readonly HostileCase[] {
  const clear = (id: string) => `[2,${id},"GetConfiguration",{"key":["HeartbeatInterval"]}]`;
  const told: readonly (readonly [json: string, id: string, verdict: Wanted["verdict"]])[] = [
    ['""', "", "result"],
    ['" "', " ", "result"],
    ['"🔌"', "🔌", "result"],
    ['"\\u0000"', "\u0000", "result"],
    ['"\\r\\n"', "\r\n", "result"],
    ['"__proto__"', "__proto__", "result"],
    ['"constructor"', "constructor", "result"],
    [`"${"x".repeat(36)}"`, "x".repeat(36), "result"],
    [`"${"x".repeat(37)}"`, "x".repeat(37), "FormationViolation"],
    [`"${"x".repeat(50_000)}"`, "x".repeat(50_000), "FormationViolation"],
    ['"\\ud800"', "\ud800", "FormationViolation"],
    ["7", "7", "FormationViolation"],
    ["-1", "-1", "FormationViolation"],
    ["1.5", "1.5", "FormationViolation"],
    ["1e3", "1000", "FormationViolation"],
    ["1e999", "Infinity", "FormationViolation"],
  ];
  return [
    ...told.map(([json, id, verdict]) =>
      one(`a CALL with the id ${shown(json)}`, () => clear(json), () => id, verdict)
    ),
    ...["null", "true", "[]", '["h"]', "{}", '{"toString":"h"}'].map((json) =>
      nothing(`a CALL with the id ${json}`, () => [clear(json)])
    ),
    one(
      "a CALL with the id of one of the charger's own",
      ({ chargers }) => clear(`"${chargers}"`),
      ({ chargers }) => chargers,
      "result",
    ),
  ];
}

/** Row 11: answers that nobody waits for. */
function answersToNothing(): readonly HostileCase[] {
  const huge = "x".repeat(200_000);
  const both = (name: string, text: (id: string) => string) => [
    nothing(`${name}, with an id that was never used`, ({ own }) => [text(own)]),
    nothing(`${name}, with the id of a CALL that is over`, ({ chargers }) => [text(chargers)]),
  ];
  return [
    ...both("a CALLRESULT", (id) => `[3,"${id}",{}]`),
    ...both(
      "a CALLRESULT that accepts a boot",
      (id) => `[3,"${id}",{"status":"Rejected","currentTime":"2026-01-01T00:00:00Z","interval":1}]`,
    ),
    ...both(
      "a CALLRESULT that starts a transaction",
      (id) => `[3,"${id}",{"transactionId":1,"idTagInfo":{"status":"Blocked"}}]`,
    ),
    ...both("a CALLRESULT without a payload", (id) => `[3,"${id}"]`),
    ...both("a CALLRESULT of five elements", (id) => `[3,"${id}",{},{},{}]`),
    ...both("a CALLERROR", (id) => `[4,"${id}","GenericError","",{}]`),
    ...both("a CALLERROR without anything", (id) => `[4,"${id}"]`),
    ...both("a CALLERROR of a code that is none", (id) => `[4,"${id}","__proto__",null,null]`),
    ...both("a CALLERROR of a numeric code", (id) => `[4,"${id}",4,4,4]`),
    ...both("a CALLERROR with 200000 characters", (id) => `[4,"${id}","GenericError","${huge}",{}]`),
    ...both("a CALLERROR with huge details", (id) => `[4,"${id}","GenericError","",{"a":"${huge}"}]`),
    ...both("a CALLERROR with deep details", (id) => `[4,"${id}","GenericError","",${deep(5_000)}]`),
    ...["null", "7", "{}", '""', `"${"x".repeat(37)}"`, '"__proto__"', '"\\ud800"'].flatMap((id) => [
      nothing(`a CALLRESULT with the id ${shown(id)}`, () => [`[3,${id},{}]`]),
      nothing(`a CALLERROR with the id ${shown(id)}`, () => [`[4,${id},"GenericError","",{}]`]),
    ]),
  ];
}

/** CALLs of the wrong length, or with something else for a name. */
function calls(): readonly HostileCase[] {
  const tails = [
    ...[
      "",
      ',"Reset"',
      ',"Reset",{"type":"Hard"},{}',
      ',"Reset",{"type":"Hard"},1,2,3',
      ",{}",
      ',{"type":"Hard"}',
      ",null",
    ],
    ...[
      ",2,{}",
      ",null,{}",
      ",true,{}",
      ",[],{}",
      ',["Reset"],{"type":"Hard"}',
      ',{"toString":"Reset"},{"type":"Hard"}',
    ],
  ];
  return tails.map((tail) =>
    one(
      `a CALL of this form: [2,id${tail}]`,
      ({ own }) => `[2,"${own}"${tail}]`,
      ({ own }) => own,
      "FormationViolation",
    )
  );
}

/** Row 12. */
function actions(): readonly HostileCase[] {
  const unknown = [
    ...[
      "",
      " ",
      "reset",
      "RESET",
      "Reset ",
      " Reset",
      "Reset.req",
      "ResetRequest",
      "Reset\\u0000",
      "Ｒeset",
      "Res\\u0435t",
    ],
    ...[
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "valueOf",
      "then",
      "prototype",
      "isPrototypeOf",
      "0",
    ],
    ...[
      "../Reset",
      "Reset;ClearCache",
      "<script>",
      "${7*7}",
      "%s",
      "\\r\\n",
      "🔌",
      "\\ud800",
      "x".repeat(50_000),
    ],
  ];
  const chargers = [
    ...[
      "Authorize",
      "BootNotification",
      "Heartbeat",
      "MeterValues",
      "StartTransaction",
      "StatusNotification",
    ],
    ...[
      "StopTransaction",
      "DiagnosticsStatusNotification",
      "FirmwareStatusNotification",
      "SecurityEventNotification",
    ],
  ];
  return [
    ...unknown.map((action) => called(action, '{"type":"Hard"}', "NotImplemented")),
    ...chargers.map((action) => called(action, "{}", "NotSupported")),
  ];
}

function called(action: string, payload: string, verdict: RpcErrorCode): HostileCase {
  return one(
    `a CALL of ${shown(action)}`,
    ({ own }) => `[2,"${own}","${action}",${payload}]`,
    ({ own }) => own,
    verdict,
  );
}

/** Row 13: several at once. */
function together(): readonly HostileCase[] {
  const get = (id: string) => `[2,"${id}","GetConfiguration",{"key":["HeartbeatInterval"]}]`;
  const wanted = (id: string, verdict: Wanted["verdict"]): Wanted => ({
    id,
    verdict,
    action: "GetConfiguration",
  });
  const several = (count: number): HostileCase => ({
    name: `${count} CALLs at once`,
    texts: ({ own }) => Array.from({ length: count }, (_, n) => get(`${own}-${n}`)),
    answers: ({ own }) => Array.from({ length: count }, (_, n) => wanted(`${own}-${n}`, "result")),
  });
  return [
    several(2),
    several(50),
    {
      name: "a CALL twice under the same id, at once",
      texts: ({ own }) => [get(own), get(own)],
      // Refused while the first is being handled (OCPP-J 1.6 §4.2.3), answered when it is not any more.
      answers: ({ own }) => [wanted(own, "result"), wanted(own, "some")],
    },
    {
      name: "a CALL and its own answer",
      texts: ({ own }) => [get(own), `[3,"${own}",{}]`, `[4,"${own}","GenericError","",{}]`],
      answers: ({ own }) => [wanted(own, "result")],
    },
    {
      name: "a broken frame before a CALL",
      texts: ({ own }) => ["[2,", get(own)],
      answers: ({ own }) => [wanted(own, "result")],
    },
  ];
}

/** Row 14. */
function excesses(): readonly HostileCase[] {
  const refused = (
    name: string,
    text: (own: string) => string,
    verdict: RpcErrorCode = "FormationViolation",
  ) => one(name, ({ own }) => text(own), ({ own }) => own, verdict);
  const many = (count: number) => `{"key":[${Array(count).fill('"HeartbeatInterval"').join()}]}`;
  return [
    ...[33, 1_000, 100_000].map((levels) =>
      refused(`a payload ${levels} levels deep`, (own) => `[2,"${own}","ClearCache",${deep(levels)}]`)
    ),
    refused("an action 100000 levels deep", (own) => `[2,"${own}",${deep(100_000)},{}]`),
    refused("100000 elements", (own) => `[2,"${own}"${",1".repeat(100_000)}]`),
    refused(
      "GetConfiguration of 1000 keys",
      (own) => `[2,"${own}","GetConfiguration",${many(1_000)}]`,
      "OccurenceConstraintViolation",
    ),
    refused(
      "GetConfiguration of 12000 keys",
      (own) => `[2,"${own}","GetConfiguration",${many(12_000)}]`,
      "OccurenceConstraintViolation",
    ),
    one(
      "a text that opens one CALL after the other",
      () => '[2,"'.repeat(5_000),
      () => "[2,",
      "FormationViolation",
    ),
    refused(
      "a string of 250000 backslashes",
      (own) => `[2,"${own}","ClearCache",{"a":"${"\\\\".repeat(125_000)}"}]`,
    ),
    ...[300_000, 1_000_000].map((characters): HostileCase => ({
      name: `a message of ${characters} characters`,
      texts: ({ own }) => [`[2,"${own}","DataTransfer",{"vendorId":"x","data":"${"x".repeat(characters)}"}]`],
      answers: () => [],
      closes: true,
    })),
  ];
}

function nothing(name: string, texts: (ids: Ids) => readonly string[]): HostileCase {
  return { name, texts, answers: () => [] };
}

function one(
  name: string,
  text: (ids: Ids) => string,
  id: (ids: Ids) => string,
  verdict: Wanted["verdict"],
): HostileCase {
  return {
    name,
    texts: (ids) => [text(ids)],
    answers: (ids) => [{ id: id(ids), verdict, action: "GetConfiguration" }],
  };
}

function shown(text: string): string {
  return text.length > 60
    ? `${JSON.stringify(text.slice(0, 30))}… (${text.length} characters)`
    : JSON.stringify(text);
}
