/**
 * The rare paths that a run of many seeds must have taken somewhere (invariant I24).
 *
 * Law: a point that no seed reaches is named at the end of the run: what was not there was not tested.
 */
export const reachPoints: readonly string[] = [
  "crash",
  "restart",
  "gaveUp",
  "power cut",
  "reset",
  "resumed",
  "link lost",
  "offline start",
  "retransmission",
  "stop by DeAuthorized",
  "stop by EVDisconnected",
  "stop by HardReset",
  "stop by Local",
  "stop by PowerLoss",
  "stop by Remote",
  "stop by SoftReset",
];
