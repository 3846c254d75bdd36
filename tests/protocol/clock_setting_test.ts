/** When the central system's time is taken for the charger's own (OCPP 1.6 §4.2, §4.6; spec/behaviour.md §17). */
import { assertEquals } from "@std/assert";
import { isRightEnough, isSetting, toldMs } from "../../protocol/clock_setting.ts";

const now = "2026-03-01T12:00:00Z";

/** `expected` is the time to set, or null to leave the clock alone. */
function check(sentence: string, currentTime: string, expected: string | null, own = now): void {
  Deno.test({ name: `clock setting: ${sentence}`, permissions: "none" }, () => {
    const told = toldMs(currentTime);
    const set = told === null || isRightEnough(Date.parse(own), told) ? null : told;
    assertEquals(set, expected === null ? null : Date.parse(expected));
  });
}

check(
  "§4.2: what the central system says, when the clock is behind",
  "2026-03-01T13:00:00Z",
  "2026-03-01T13:00:00Z",
);
check("§4.6: or ahead", "2026-02-28T12:00:00Z", "2026-02-28T12:00:00Z");
check("a clock that was never set is set", now, now, "1970-01-01T00:00:07Z");
check("a time in another zone is the same instant", "2026-03-01T15:00:00+01:00", "2026-03-01T14:00:00Z");
check("the same time is none", now, null);
check("2 s behind is the network's, and the second that it rounds to", "2026-03-01T12:00:02Z", null);
check("more is not", "2026-03-01T12:00:02.001Z", "2026-03-01T12:00:02.001Z");
check("2 s ahead as well", "2026-03-01T11:59:58Z", null);
check("more is not ahead either", "2026-03-01T11:59:57.999Z", "2026-03-01T11:59:57.999Z");
check("a central system whose own clock was never set is not believed", "1970-01-01T00:00:00Z", null);
check("nor one that is before this software", "2024-12-31T23:59:59.999Z", null);
check("2025 is the first year to go by", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z");
check("2100 begins with the last moment", "2100-01-01T00:00:00Z", "2100-01-01T00:00:00Z");
check("what is beyond it is not believed", "2100-01-01T00:00:00.001Z", null);
check("nor is a year that overflows", "9999-12-31T23:59:59Z", null);
for (
  const garbage of ["", "now", "2026-02-30T12:00:00Z", "2026-03-01", "1772366400000", "2026-03-01T25:00:00Z"]
) {
  check(`no time at all: "${garbage}"`, garbage, null);
}

for (
  const [sentence, stepMs, expected] of [
    ["a minute ahead is a correction", 60_000, false],
    ["more is a setting, and a security event", 60_001, true],
    ["a minute back is a correction", -60_000, false],
    ["more is a setting as well", -60_001, true],
  ] as const
) {
  Deno.test({ name: `clock setting: ${sentence}`, permissions: "none" }, () => {
    assertEquals(isSetting(1_000_000, 1_000_000 + stepMs), expected);
  });
}
