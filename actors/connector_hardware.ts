/**
 * One connector's hardware: what its electronics say, and what they are told to do.
 *
 * Law: what is commanded follows from the facts at each step, and a lock closes before its contactor and opens after it: never
 * under load.
 */
import type { Board, BoardState } from "../hal/board.ts";
import type { Power } from "../hal/power.ts";
import type { ConnectorFacts, Electronics, Fault, Trouble } from "../protocol/connector_facts.ts";
import { wantsContactor, wantsLock } from "../protocol/connector_status.ts";

export interface ConnectorHardwareParts {
  readonly connectorId: number;
  /** A detachable cable that the station can hold. */
  readonly hasLock: boolean;
  readonly board: Board;
  readonly power: Power;
}

type Supply = Electronics["supply"];

/** Longer than any contactor takes. */
const contactorTimeoutMs = 3_000;
/** Welded: energy may flow that nobody has begun, so that nobody may begin. */
const doesNotOpen: Fault = { errorCode: "PowerSwitchFailure", info: "the contactor does not open" };
const doesNotClose: Trouble = { errorCode: "PowerSwitchFailure", info: "the contactor does not close" };

export class ConnectorHardware {
  readonly #parts: ConnectorHardwareParts;
  #state: BoardState;
  #stationFault: Fault | null;
  #supply: Supply;
  #commanded: { readonly contactor: boolean; readonly lock: boolean } | null = null;
  /** The contactor has had its time to obey, and has not. */
  #isStuck = false;

  /** `parts.board` is fenced. What is true now is read; what changes after that is told. */
  constructor(parts: ConnectorHardwareParts) {
    this.#parts = parts;
    this.#state = parts.board.state(parts.connectorId);
    this.#stationFault = parts.board.stationFault();
    this.#supply = parts.power.supply();
  }

  state(): BoardState {
    return this.#state;
  }

  /** The latest, as decisions depend on it. */
  electronics(): Electronics {
    const { plug, evDemandsEnergy, fault, warning, locked, contactorClosed } = this.#state;
    const lock = !this.#parts.hasLock ? "absent" : locked ? "closed" : "open";
    const isStuck = this.#isStuck && this.#disobeys();
    return {
      plug,
      evDemandsEnergy,
      fault: fault ?? this.#stationFault ?? (isStuck && contactorClosed ? doesNotOpen : null),
      warning: warning ?? (isStuck && !contactorClosed ? doesNotClose : null),
      lock,
      supply: this.#supply,
    };
  }

  /** In how long to look whether the contactor has obeyed, or now does; null while nothing is to be found out. */
  contactorDueInMs(): number | null {
    const disobeys = this.#disobeys();
    if (disobeys === this.#isStuck) return null;
    return disobeys ? contactorTimeoutMs : 0;
  }

  contactorDue(): void {
    this.#isStuck = this.#disobeys();
  }

  boardChanged(state: BoardState): void {
    this.#state = state;
  }

  stationFaultChanged(fault: Fault | null): void {
    this.#stationFault = fault;
  }

  supplyChanged(supply: Supply): void {
    this.#supply = supply;
  }

  command(facts: ConnectorFacts): void {
    const { board, connectorId } = this.#parts;
    const wanted = { contactor: wantsContactor(facts), lock: wantsLock(facts) };
    const before = this.#commanded;
    this.#commanded = wanted;
    const lock = () => before?.lock === wanted.lock || board.setLock(connectorId, wanted.lock);
    if (wanted.contactor) lock();
    if (before?.contactor !== wanted.contactor) board.setContactor(connectorId, wanted.contactor);
    if (!wanted.contactor) lock();
  }

  /** Even where the lock should be open already: the command is what was asked for. Returns whether it says that it is. */
  unlock(): boolean {
    const { board, connectorId } = this.#parts;
    board.setLock(connectorId, false);
    return isUnlocked(board.state(connectorId));
  }

  /** The contact's own feedback is not what was commanded last. */
  #disobeys(): boolean {
    return this.#commanded !== null && this.#commanded.contactor !== this.#state.contactorClosed;
  }
}

/** A lock that says of itself that it does not obey is not known to be open, wherever it stands (TC_030). */
export function isUnlocked(state: BoardState): boolean {
  return !state.locked && !state.lockFailed;
}
