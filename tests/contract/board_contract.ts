/**
 * What every board promises (hal/board.ts), as one list of tests for all drivers.
 *
 * Law: no driver has a test of a promise that is not in this list.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { Board, BoardEvent } from "../../hal/board.ts";
import type { PhysicalFault, PhysicalTrouble } from "../../hal/physical_state.ts";

/** A board on the bench, with connector 1 under test, nothing plugged in, and somebody's hands at its terminals. */
export interface BoardUnderTest {
  readonly board: Board;
  readonly cable: "fixed" | "detachable";
  /** Lets all that is under way arrive. */
  readonly settle: () => Promise<void>;
  /** At both ends, with a car that wants energy. */
  readonly plug: () => void;
  /** At the car. */
  readonly unplugEv: () => void;
  /** Null: whatever is wrong there is over. */
  readonly setFault: (fault: PhysicalFault | null) => void;
  readonly setWarning: (warning: PhysicalTrouble) => void;
  readonly setStationWarning: (warning: PhysicalFault) => void;
  readonly setStationFault: (fault: PhysicalFault | null) => void;
  readonly setTampered: (tampered: boolean) => void;
  /** The lock is stuck where it is; on a fixed cable nothing. */
  readonly jamLock: () => void;
}

const silentCar: PhysicalTrouble = { errorCode: "EVCommunicationError", info: "no answer to SLAC" };
const fault: PhysicalFault = { errorCode: "GroundFailure", vendorErrorCode: "F12", info: "RCD" };

export function testBoard(name: string, make: () => BoardUnderTest): void {
  function check(promise: string, test: (under: BoardUnderTest) => Promise<void>): void {
    Deno.test(`${name}: ${promise}`, { permissions: "none" }, () => test(make()));
  }

  check("it begins safe: contactor open, lock open, no fault", async ({ board, settle }) => {
    await settle();
    const { contactorClosed, locked, fault, plug, evDemandsEnergy } = board.state(1);
    assertEquals([contactorClosed, locked, fault, plug, evDemandsEnergy], [
      false,
      false,
      null,
      "none",
      false,
    ]);
    assertEquals(board.stationFault(), null);
  });

  check("an event carries the whole state of its connector, as it can also be read", async (under) => {
    const events = recorded(under.board);
    under.plug();
    await under.settle();
    assertEquals(events.at(-1), { kind: "ConnectorChanged", connectorId: 1, state: under.board.state(1) });
    assertEquals(under.board.state(1).plug, "both");
    assertEquals(under.board.state(1).evDemandsEnergy, true);
  });

  check("no event comes before the call that caused it has returned", async (under) => {
    const events = recorded(under.board);
    under.plug();
    assertEquals(events.length, 0);
    await under.settle();
    const heard = events.length;
    under.board.setContactor(1, true);
    assertEquals(events.length, heard);
    await under.settle();
    assertGreater(events.length, heard);
  });

  check("the last listener set wins, and hears nothing from before its time", async (under) => {
    const first = recorded(under.board);
    under.plug();
    const second = recorded(under.board);
    await under.settle();
    assertEquals([first.length, second.length], [0, 0]);
    under.unplugEv();
    await under.settle();
    assertEquals([first.length, second.length > 0], [0, true]);
  });

  check("the contactor obeys, and its own feedback says so", async (under) => {
    under.plug();
    await under.settle();
    const events = recorded(under.board);
    under.board.setContactor(1, true);
    await under.settle();
    assertEquals(under.board.state(1).contactorClosed, true);
    under.board.setContactor(1, false);
    await under.settle();
    assertEquals(under.board.state(1).contactorClosed, false);
    const told = events.map((event) => event.kind === "ConnectorChanged" && event.state.contactorClosed);
    assertEquals(told, [true, false]);
  });

  check("a command that changes nothing is no event", async (under) => {
    const events = recorded(under.board);
    under.board.setContactor(1, false);
    under.board.setCurrentLimit(1, 10);
    await under.settle();
    assertEquals(events, []);
  });

  check("without a plug the contactor stays open", async ({ board, settle }) => {
    board.setContactor(1, true);
    await settle();
    assertEquals(board.state(1).contactorClosed, false);
  });

  check("unplugging opens the contactor", async (under) => {
    await closed(under);
    under.unplugEv();
    await under.settle();
    const { contactorClosed, evDemandsEnergy, plug } = under.board.state(1);
    assertEquals([contactorClosed, evDemandsEnergy], [false, false]);
    assertEquals(plug, under.cable === "fixed" ? "none" : "station");
  });

  check("a fault opens the contactor and keeps it open; its end does not close it", async (under) => {
    await closed(under);
    under.setFault(fault);
    await under.settle();
    assertEquals(under.board.state(1).contactorClosed, false);
    assertEquals(under.board.state(1).fault, fault);
    under.board.setContactor(1, true);
    await under.settle();
    assertEquals(under.board.state(1).contactorClosed, false);
    under.setFault(null);
    await under.settle();
    assertEquals(under.board.state(1).fault, null);
    assertEquals(under.board.state(1).contactorClosed, false);
    under.board.setContactor(1, true);
    await under.settle();
    assertEquals(under.board.state(1).contactorClosed, true);
  });

  check("a fault of the station opens every contactor and keeps it open", async (under) => {
    await closed(under);
    const events = recorded(under.board);
    under.setStationFault(fault);
    await under.settle();
    assertEquals(under.board.stationFault(), fault);
    assert(events.some((event) => event.kind === "StationFaultChanged" && event.fault !== null));
    under.board.setContactor(1, true);
    await under.settle();
    assertEquals(under.board.state(1).contactorClosed, false);
    under.setStationFault(null);
    await under.settle();
    assertEquals(under.board.stationFault(), null);
    assertEquals(events.at(-1), { kind: "StationFaultChanged", fault: null, warning: null });
  });

  check("a warning leaves the contactor as it is, and stands beside a fault", async (under) => {
    await closed(under);
    const events = recorded(under.board);
    under.setWarning(silentCar);
    await under.settle();
    assertEquals(under.board.state(1).contactorClosed, true);
    assertEquals(events.at(-1), { kind: "ConnectorChanged", connectorId: 1, state: under.board.state(1) });
    under.setFault(fault);
    assertEquals([under.board.state(1).fault, under.board.state(1).warning], [fault, silentCar]);
    under.setFault(null);
    assertEquals(under.board.state(1).warning, null);
  });

  check("a warning of the station leaves the contactors as they are", async (under) => {
    await closed(under);
    const events = recorded(under.board);
    under.setStationWarning(fault);
    await under.settle();
    assertEquals(under.board.state(1).contactorClosed, true);
    assertEquals([under.board.stationFault(), under.board.stationWarning()], [null, fault]);
    assertEquals(events, [{ kind: "StationFaultChanged", fault: null, warning: fault }]);
    under.setStationFault(null);
    assertEquals(under.board.stationWarning(), null);
  });

  check("tampering is told when it begins and when it ends, and stops nothing", async (under) => {
    await closed(under);
    assertEquals(under.board.tampered(), false);
    const events = recorded(under.board);
    for (const tampered of [true, true, false]) under.setTampered(tampered);
    await under.settle();
    assertEquals(events, [
      { kind: "TamperChanged", tampered: true },
      { kind: "TamperChanged", tampered: false },
    ]);
    assertEquals([under.board.state(1).contactorClosed, under.board.tampered()], [true, false]);
  });

  check("a lock holds the plug of a detachable cable, and does nothing on a fixed one", async (under) => {
    under.plug();
    under.board.setLock(1, true);
    await under.settle();
    assertEquals(under.board.state(1).locked, under.cable === "detachable");
    under.board.setLock(1, false);
    await under.settle();
    assertEquals(under.board.state(1).locked, false);
  });

  check("a lock never keeps a driver from plugging in (AQ-2)", async ({ board, settle }) => {
    board.setLock(1, true);
    await settle();
    assertEquals(board.state(1).locked, false);
  });

  check("`locked` tells whether the lock was obeyed (TC_024, TC_030)", async (under) => {
    under.plug();
    under.jamLock();
    under.board.setLock(1, true);
    await under.settle();
    assertEquals(under.board.state(1).locked, false);
  });
}

function recorded(board: Board): BoardEvent[] {
  const events: BoardEvent[] = [];
  board.listen((event) => events.push(event));
  return events;
}

async function closed(under: BoardUnderTest): Promise<void> {
  under.plug();
  await under.settle();
  under.board.setContactor(1, true);
  await under.settle();
  assertEquals(under.board.state(1).contactorClosed, true);
}
