/** When two identifiers are one (OCPP 1.6 §7.28; spec/behaviour.md §4.3). */
import { assertEquals } from "@std/assert";
import { foldedIdTag, sameIdTag } from "../../protocol/id_tag.ts";

function check(sentence: string, one: string, other: string, expected: boolean): void {
  Deno.test({ name: `idTag: ${sentence}`, permissions: "none" }, () => {
    assertEquals(sameIdTag(one, other), expected);
    assertEquals(sameIdTag(other, one), expected);
    assertEquals(foldedIdTag(one) === foldedIdTag(other), expected);
  });
}

check("the case of letters is no difference", "04a1b2zZ", "04A1B2Zz", true);
check("of none of the letters", "driver", "DRIVER", true);
check("everything else is: a letter", "04A1B2C3", "04A1B2C4", false);
check("a leading zero", "0123", "123", false);
check("a blank", "TAG ", "TAG", false);
check("signs beside the letters", "`{@[", "@[`{", false);
check("what Unicode alone would fold is not folded: ß and SS", "STRASSE", "straße", false);
check("dotless i", "ı", "I", false);
check("a tag may be empty", "", "", true);
