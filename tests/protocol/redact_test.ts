/** No secret leaves through what shows frames: the key, and the credentials in URLs; everything else is shown as it was. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { redactFrame } from "../../protocol/redact.ts";

function check(sentence: string, text: string, expected: string): void {
  Deno.test(
    { name: `redactFrame: ${sentence}`, permissions: "none" },
    () => assertEquals(redactFrame(text), expected),
  );
}

function checkSame(sentence: string, text: string): void {
  Deno.test({ name: `redactFrame: ${sentence} is shown as it was`, permissions: "none" }, () => {
    assertStrictEquals(redactFrame(text), text);
  });
}

function set(key: string, value: string): string {
  return `[2,"1","ChangeConfiguration",{"key":"${key}","value":${value}}]`;
}

check("the new AuthorizationKey", set("AuthorizationKey", `"5ec4e7"`), set("AuthorizationKey", `"***"`));
check("in any case", set("authorizationKEY", `"5ec4e7"`), set("authorizationKEY", `"***"`));
check("with space around it", set(" AuthorizationKey ", `"5ec4e7"`), set(" AuthorizationKey ", `"***"`));
check("spelt with an escape", set("Authorization\\u004bey", `"5ec4e7"`), set("AuthorizationKey", `"***"`));
check("a key that is a number", set("AuthorizationKey", "54475447"), set("AuthorizationKey", `"***"`));
check("a key inside an object", set("AuthorizationKey", `{"a":"5ec4e7"}`), set("AuthorizationKey", `"***"`));
check(
  "the value before the key",
  `[2,"1","ChangeConfiguration",{"value":"5ec4e7","key":"AuthorizationKey"}]`,
  `[2,"1","ChangeConfiguration",{"value":"***","key":"AuthorizationKey"}]`,
);
check(
  "a misspelt request, which is refused and still shown",
  `[2,"1","ChangeConfiguration",{"Key":"AuthorizationKey","Value":"5ec4e7","extra":["5ec4e7"]}]`,
  `[2,"1","ChangeConfiguration",{"Key":"AuthorizationKey","Value":"***","extra":"***"}]`,
);
check(
  "the key as a property's name",
  `[2,"1","ChangeConfiguration",{"AuthorizationKey":"5ec4e7"}]`,
  `[2,"1","ChangeConfiguration",{"AuthorizationKey":"***"}]`,
);
check(
  "a GetConfiguration.conf: its other values stay",
  `[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"5ec4e7"},{"key":"HeartbeatInterval","readonly":false,"value":"300"}]}]`,
  `[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"***"},{"key":"HeartbeatInterval","readonly":false,"value":"300"}]}]`,
);
check(
  "JSON within a DataTransfer",
  `[2,"1","DataTransfer",{"vendorId":"v","data":"{\\"AuthorizationKey\\":\\"5ec4e7\\"}"}]`,
  `[2,"1","DataTransfer",{"vendorId":"v","data":"***"}]`,
);
check(
  "a frame that is none of OCPP's",
  `[7,{"key":"AuthorizationKey","value":"5ec4e7"}]`,
  `[7,{"key":"AuthorizationKey","value":"***"}]`,
);

function update(location: string): string {
  return `[2,"1","UpdateFirmware",{"location":"${location}","retrieveDate":"2024-01-31T12:00:00Z"}]`;
}
check("user and password of a location", update("ftp://joe:5ec4e7@host:21/a"), update("ftp://***@host:21/a"));
check("slashes that were escaped", update("ftp:\\/\\/joe:5ec4e7@host\\/a"), update("ftp://***@host/a"));
check(
  "a password with an @, a slash and a space",
  update("ftp://joe:5e@c4/ e7@host/a"),
  update("ftp://***@host/a"),
);
check("a URL without slashes", update("ftp:joe:5ec4e7@host/a"), update("ftp:***@host/a"));
check("a location without a scheme", update("5ec4e7@host/a"), update("***@host/a"));
check(
  "a remoteLocation, and a location further down",
  `[2,"1","GetLog",{"log":{"remoteLocation":"sftp:u:5ec4e7@h/"},"firmware":{"location":"https://5ec4e7@h/"}}]`,
  `[2,"1","GetLog",{"log":{"remoteLocation":"sftp:***@h/"},"firmware":{"location":"https://***@h/"}}]`,
);
check(
  "the signature in a location's query",
  update("https://joe:5ec4e7@host/a?X-Amz-Signature=5ec4e7"),
  update("https://***@host/a?***"),
);
check(
  "a question mark and an @ that may be the password's or the query's",
  update("https://joe:5?ec4e7@host/a?sig=5ec4e7@b&c=5ec4e7"),
  update("https://***"),
);
check(
  "the key's name with a letter that only folds to one of its own",
  `[2,"1","ChangeConfiguration",{"key":"Authorization\u212aey","value":"5ec4e7"}]`,
  `[2,"1","ChangeConfiguration",{"key":"Authorization\u212aey","value":"***"}]`,
);
check(
  "a URL in free text",
  `[4,"1","InternalError","cannot fetch ftp://u:5ec4e7@h/a",{}]`,
  `[4,"1","InternalError","cannot fetch ftp://***@h/a",{}]`,
);

checkSame("a frame without a secret", `[2,"1","Heartbeat",{}]`);
checkSame(
  "a question for the key",
  `[2,"1","GetConfiguration",{"key":["AuthorizationKey","HeartbeatInterval"]}]`,
);
checkSame(
  "the answer that does not tell it",
  `[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false}]}]`,
);
checkSame("a URL without credentials", update("https://host/a"));
checkSame("an @ that is in no URL", `[2,"1","Authorize",{"idTag":"joe@example"}]`);
checkSame(
  "an escape that hides nothing, with the sender's own spacing",
  `[ 2, "1", "Authorize", {"idTag": "\\u00e9"} ]\n`,
);
checkSame("where a sample was taken", `[2,"1","MeterValues",{"location":"Outlet","value":"@"}]`);

check(
  "half a frame",
  `[2,"abc-1","ChangeConfiguration",{"key":"AuthorizationKey","value":"5ec`,
  `[2,"abc-1","ChangeConfiguration"… (no frame, 71 characters)`,
);
check("the other half", `4e7"}]`, "… (no frame, 6 characters)");
check("what only looks like a frame", `[AuthorizationKey: 5ec4e7]`, "… (no frame, 26 characters)");
check("an object", `{"key":"AuthorizationKey","value":"5ec4e7"}`, "… (no frame, 43 characters)");
check("nothing", "", "… (no frame, 0 characters)");
check("a secret where the id would be", `[2,"5ec4e7 5ec4e7 {}`, "[2… (no frame, 20 characters)");

Deno.test({ name: "redactFrame: what is too deep is only described", permissions: "none" }, () => {
  const text = `[2,"1","X",${"[".repeat(50)}{"key":"AuthorizationKey","value":"5ec4e7"}${"]".repeat(51)}`;
  assertEquals(redactFrame(text), `[2,"1","X"… (no frame, ${text.length} characters)`);
});

Deno.test({ name: "redactFrame: a hostile URL costs no more than its length", permissions: "none" }, () => {
  const text = update("://".repeat(300_000) + "@");
  assert(redactFrame(text).length < 200);
});
