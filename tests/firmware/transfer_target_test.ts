/** Where a file may go (`firmware/transfer_target.ts`, `firmware/transfer_address.ts`; notes/reliability.md C3, 28). */
import { assertEquals } from "@std/assert";
import type { AddressKind, LocalKind } from "../../firmware/transfer_address.ts";
import { addressKind, mayTransferTo } from "../../firmware/transfer_address.ts";
import type { TransferProtocol } from "../../firmware/transfer_target.ts";
import { ftpPath, httpPath, judgeTarget } from "../../firmware/transfer_target.ts";

const all: readonly TransferProtocol[] = ["HTTP", "HTTPS", "FTP", "FTPS"];

function check(name: string, test: () => void): void {
  Deno.test({ name, permissions: "none", fn: test });
}

check("a location comes apart into what is dialled and what is said there", () => {
  assertEquals(judgeTarget("ftp://charger:p%40ss@files.example.com:2121/a%20b/c", all), {
    kind: "target",
    target: {
      protocol: "FTP",
      host: "files.example.com",
      port: 2121,
      path: "/a%20b/c",
      query: "",
      user: { name: "charger", password: "p@ss" },
    },
  });
  assertEquals(judgeTarget("HTTPS://[2001:DB8::1]/logs?token=1", all), {
    kind: "target",
    target: { protocol: "HTTPS", host: "2001:db8::1", port: 443, path: "/logs", query: "?token=1" },
  });
  for (const [scheme, port] of [["http", 80], ["https", 443], ["ftp", 21], ["ftps", 21]] as const) {
    const judged = judgeTarget(`${scheme}://h`, all);
    assertEquals(judged.kind === "target" && [judged.target.port, judged.target.host], [port, "h"]);
  }
});

check(
  "OCPP 1.6 §6.25: the location is a directory, for FTP below the user's own; with a query it is the file",
  () => {
    const paths = ["ftp://h", "ftp://h/", "ftp://h/a%20b//c/", "ftp://h/a?b"].map((location) => {
      const judged = judgeTarget(location, all);
      return judged.kind === "target" && [ftpPath(judged.target, "x.log"), httpPath(judged.target, "x.log")];
    });
    assertEquals(paths, [
      ["x.log", "/x.log"],
      ["x.log", "/x.log"],
      ["a b/c/x.log", "/a%20b//c/x.log"],
      ["a/x.log", "/a?b"],
    ]);
  },
);

const notSupported = [
  "file:///etc/passwd",
  "data:text/plain,a",
  "gopher://h",
  "sftp://h/",
  "javascript:0",
  "FILE:x",
];
const badMessage = [
  "",
  "files",
  "//h/a",
  "http:h/a",
  "http:/h/a",
  "http://",
  "http://h:99999/",
  "http://h:0/",
  "ftps://h:0/",
  "ftp://h/a\r\nDELE b",
  "ftp://h/a%0d%0aDELE%20b",
  "ftp://h/a%00",
  "ftp://u%0d%0aDELE:p@h/",
  "ftp://u:p%0aDELE@h/",
  "ftp://u%ff:p@h/",
  "http://a%3Ab:p@h/",
  "ftp://u:pa#ss@h/",
  "ftp://h/../a",
  "ftp://h/a/%2e%2E/b",
  "ftp://h/a/./b",
  "ftp://h/..%2f..%2fetc",
  "ftp://h/%2Fetc/passwd",
  "ftp://h/a%5C..%5Cb",
  "ftp://h\\@evil/",
  "http://h /",
  "http://h/\u2028",
  " http://h/",
  "http://[fe80::1%25eth0]/",
  "http://[fe80::1%eth0]/",
  "http://[::1/",
  "http://256.1.1.1/",
  "http://a b/",
  "http://%00/",
  `http://${"a".repeat(254)}/`,
  `ftp://h/${"a".repeat(10_000)}`,
];

for (const [kind, locations] of [["notSupported", notSupported], ["badMessage", badMessage]] as const) {
  for (const location of locations) {
    check(`issue 6, Threats: ${JSON.stringify(location.slice(0, 40))} is ${kind}`, () => {
      assertEquals(judgeTarget(location, all).kind, kind);
    });
  }
}

check("ORS-16: a scheme that the station has not is not supported", () => {
  assertEquals(judgeTarget("ftp://h/", ["HTTPS"]).kind, "notSupported");
  assertEquals(judgeTarget("ftps://h/", ["FTP"]).kind, "notSupported");
  assertEquals(judgeTarget("https://h/", ["HTTPS"]).kind, "target");
});

check("what is wrong with a location is told without its password", () => {
  for (
    const location of [...badMessage, "sftp://u:hunter2@h/", "ftp://u:hunter2@h:0/", "ftp://u:hunter2#@h/"]
  ) {
    const judged = judgeTarget(location, all);
    assertEquals(judged.kind !== "target" && judged.error.includes("hunter2"), false);
  }
});

check("a host that is a number in disguise is the address that it means", () => {
  for (const host of ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1."]) {
    for (const scheme of ["http", "ftps"]) {
      const judged = judgeTarget(`${scheme}://${host}/`, all);
      assertEquals([host, judged.kind === "target" && judged.target.host], [host, "127.0.0.1"]);
    }
  }
});

const kinds: Readonly<Record<AddressKind, readonly string[]>> = {
  ordinary: [
    ...["192.0.2.1", "10.1.2.3", "192.168.0.1", "100.64.0.1", "223.255.255.255", "126.0.0.1", "169.253.1.1"],
    ...["2001:db8::1", "fd00::1", "::ffff:192.0.2.1", "64:ff9b::192.0.2.1", "2002:c000:201::1", "fec0::1"],
    ...["::ffff:0:192.0.2.1", "64:ff9b:1::192.0.2.1", "64:ff9b:1:c000:2:100::", "2001:db8::5efe:c000:201"],
    ...["2001:0:c000:201:0:1234:3fff:fdfe", "2001:0:c000:201::1"],
  ],
  loopback: [
    ...["127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
    ...["::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2130706433", "0x7f.1"],
    // Translated (RFC 2765 §2.1), NAT64 of one's own by each length of its prefix (RFC 6052 §2.2, RFC 8215), ISATAP (RFC 5214 §6.1).
    ...["::ffff:0:127.0.0.1", "::ffff:0:7f00:1", "64:ff9b:1::7f00:1", "64:ff9b:1:7f00:0:100::"],
    ...["64:ff9b:1:7f:0:1::", "64:ff9b:1:0:7f:0:100::", "fd00::5efe:7f00:1", "2001:db8::200:5efe:7f00:1"],
    // Teredo (RFC 4380 §4): the client's address, turned over, and its server's.
    ...["2001:0:c000:201:0:1234:80ff:fffe", "2001:0:7f00:1:0:1234:3fff:fdfe"],
  ],
  linkLocal: [
    ...["169.254.169.254", "fe80::1", "febf:ffff::1", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe"],
    ...["2002:a9fe:a9fe::", "::ffff:0:a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "fe80::5efe:c000:201"],
    "2001:0:c000:201:0:1234:5601:5601",
  ],
  never: [
    ...["0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
    ...[
      "::",
      "ff02::1",
      "::ffff:0.0.0.0",
      "::ffff:224.0.0.1",
      "fe80::1%eth0",
      "",
      "localhost",
      "1.2.3.4:80",
      "]",
    ],
  ],
};

for (const [kind, addresses] of Object.entries(kinds)) {
  for (const address of addresses) {
    check(`${JSON.stringify(address)} is an address of kind ${kind}`, () => {
      assertEquals(addressKind(address, []), kind);
    });
  }
}

const own = ["192.0.2.7", "2001:DB8:0::7", "fe80::7"];
for (const address of ["192.0.2.7", "::ffff:192.0.2.7", "64:ff9b::192.0.2.7", "2001:db8::7", "0xc0.0.2.7"]) {
  check(`${JSON.stringify(address)} is as good as loopback where it is the charger's own`, () => {
    assertEquals([addressKind(address, []), addressKind(address, own)], ["ordinary", "loopback"]);
  });
}

check(
  "local addresses are refused unless they are allowed, each kind by itself; multicast and its like always",
  () => {
    const addresses = ["192.0.2.1", "127.0.0.1", "192.0.2.7", "fe80::1", "224.0.0.1"];
    const dialled = (allowed: readonly LocalKind[]) =>
      addresses.filter((address) => mayTransferTo(address, allowed, own));
    assertEquals(dialled([]), ["192.0.2.1"]);
    assertEquals(dialled(["loopback"]), ["192.0.2.1", "127.0.0.1", "192.0.2.7"]);
    assertEquals(dialled(["linkLocal"]), ["192.0.2.1", "fe80::1"]);
  },
);
