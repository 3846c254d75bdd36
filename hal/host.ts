/**
 * The host port: the computer that the charger runs on, as far as OCPP can reach it.
 *
 * Law: after `restart` nothing of this process runs on; the next start is a boot.
 */

/** Why the process ends; each kind has an exit code of its own, which the init system reads. */
export type RestartKind = "Soft" | "Hard";

/** Two drivers: the process itself, and the simulated one. */
export interface Host {
  /**
   * Ends the process so that it is started again (OCPP 1.6 §5.14). Returns at once; the end comes after this turn.
   * Not promised: that it succeeds. Asked again, it tries again, or goes on with what it does.
   */
  readonly restart: (kind: RestartKind) => void;
}
