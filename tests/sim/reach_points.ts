/**
 * The rare paths that a run of many seeds must have taken somewhere (invariant I24).
 *
 * Law: a point that no seed reaches is named at the end of the run: what was not there was not tested.
 */

/** Those that the fixed slice of the test command reaches, each in several of its seeds. */
export const slicePoints: readonly string[] = [
  // The network.
  "link lost",
  "dead peer cut",
  "dial failed: dns",
  "dial failed: refused",
  "dial failed: tls",
  "offline start",
  "offline stop",
  "retransmission",
  // The central system.
  "boot answered Pending",
  "boot answered Rejected",
  "transaction message failed",
  "parked StartTransaction",
  "parked MeterValues",
  "parked StopTransaction",
  "transactionId -1",
  "resend of StartTransaction",
  "resend of MeterValues",
  "resend of StopTransaction",
  "resend ended",
  "reset",
  "Unavailable is scheduled",
  // The disk.
  "disk full",
  "commit failed and was kept",
  "commit failed and was lost",
  "commit failed and was orphaned",
  "store corrupt",
  // The power and the clock.
  "power cut",
  "power cut in a transaction",
  "power cut in a commit",
  "power cut with a warning",
  "power returned in time",
  "resumed",
  "recovery cut again and again",
  "clock jumped",
  "clock set",
  "clock unset at boot",
  // The hardware.
  "meter gave no answer",
  "contactor does not close",
  // The actors.
  "crash",
  "crash of authorizer",
  "crash of configuration",
  "crash of connector",
  "crash of link",
  "crash of meter",
  "crash of outbox",
  "crash of power",
  "crash of station",
  "failed start",
  "restart",
  "slow turn",
  "turn outlasted its deadline",
  "gaveUp",
  "central gave up",
  "charging gave up",
  // The reasons for an end.
  "stop by DeAuthorized",
  "stop by EVDisconnected",
  "stop by HardReset",
  "stop by Local",
  "stop by PowerLoss",
  "stop by Remote",
  "stop by SoftReset",
  "local list Accepted",
  "local list VersionMismatch",
  "ReserveNow Accepted",
  "ReserveNow Occupied",
  "reservation used",
  "charging profile installed",
  "charging under a profile",
];

/** With those that only a longer run reaches. */
export const reachPoints: readonly string[] = [
  ...slicePoints,
  "CancelReservation Accepted",
  "charger gave up",
  "meter fails",
  "meter hangs",
  "meter jitters",
  "meter lower",
  "meter other",
  "meter stuck",
  "power cut with a backlog",
  "sample dropped",
  "settings gave up",
  "stop by UnlockCommand",
  "store emptied",
];
