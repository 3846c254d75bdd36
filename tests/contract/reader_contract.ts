/**
 * What every reader promises (hal/reader.ts), as one list of tests for all drivers.
 *
 * Law: no driver has a test of a promise that is not in this list.
 */
import { assertEquals } from "@std/assert";
import type { Presented, Reader } from "../../hal/reader.ts";

export interface ReaderUnderTest {
  readonly reader: Reader;
  /** Where each connector has a reader, `present` uses that of connector 1. */
  readonly oneForEachConnector: boolean;
  readonly settle: () => Promise<void>;
  readonly present: (idTag: string) => void;
}

export function testReader(name: string, make: () => ReaderUnderTest): void {
  function check(promise: string, test: (under: ReaderUnderTest) => Promise<void>): void {
    Deno.test(`${name}: ${promise}`, { permissions: "none" }, () => test(make()));
  }

  check("it tells what was presented, in order, the same card twice as well", async (under) => {
    const heard = recorded(under.reader);
    for (const idTag of ["04A1B2C3", "1", "04A1B2C3", "04A1B2C3"]) under.present(idTag);
    await under.settle();
    assertEquals(heard.map(({ idTag }) => idTag), ["04A1B2C3", "1", "04A1B2C3", "04A1B2C3"]);
  });

  check("it names a connector only where each has a reader of its own (HFS-10)", async (under) => {
    const heard = recorded(under.reader);
    under.present("04A1B2C3");
    await under.settle();
    assertEquals(heard.map(({ connectorId }) => connectorId), [under.oneForEachConnector ? 1 : undefined]);
  });

  check("the last listener set wins", async (under) => {
    const first = recorded(under.reader);
    const second = recorded(under.reader);
    under.present("A");
    await under.settle();
    assertEquals([first.length, second.length], [0, 1]);
  });
}

function recorded(reader: Reader): Presented[] {
  const heard: Presented[] = [];
  reader.listen((event) => heard.push(event));
  return heard;
}
