/**
 * Watches the uploads of logs: of each the central system hears Uploading, then one end, and the end is true (invariant I26).
 *
 * Law: judged by the wire and by what has arrived at the server of files. Excused is an end that is missing or told twice where the disk
 * refused to note the upload, or has lost it.
 */
import { parseFrame } from "../../protocol/frame.ts";
import type { GetLogRequest, LogStatusNotificationRequest } from "../../protocol/messages/security.ts";
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

const diskTroubles = /^(?:disk full|disk scarce|commit failed|store )/;

/** Called at the end, when all must have been told. */
export function watchLogs(world: World, fail: Fail): () => void {
  /** By message id, until it is answered. */
  const asked = new Map<string, number>();
  /** By requestId: what was told last. */
  const told = new Map<number, LogStatusNotificationRequest["status"] | null>();
  let accepted: number | null = null;

  function isExcused(): boolean {
    return [...world.reached].some((point) => diskTroubles.test(point));
  }

  function received(text: string): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame" || parsed.frame.kind !== "Call") return;
    const { requestId } = parsed.frame.payload as GetLogRequest;
    asked.set(parsed.frame.id, requestId);
    told.set(requestId, null);
  }

  function sent(text: string): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame") return;
    const { frame } = parsed;
    if (frame.kind === "Call") {
      if (frame.action === "LogStatusNotification") notified(frame.payload as LogStatusNotificationRequest);
      return;
    }
    const requestId = asked.get(frame.id);
    if (requestId === undefined) return;
    asked.delete(frame.id);
    const { status } = (frame.kind === "CallResult" ? frame.payload : {}) as { status?: string };
    if (status !== "Accepted" && status !== "AcceptedCanceled") return;
    world.reached.add(`GetLog ${status}`);
    accepted = requestId;
  }

  function notified({ status, requestId = 0 }: LogStatusNotificationRequest): void {
    const before = told.get(requestId);
    if (before === undefined) {
      return fail("I26", `${status} was told of an upload that nobody asked for, ${requestId}`);
    }
    const isOver = before !== null && before !== "Uploading";
    if (isOver && status !== before && !isExcused()) {
      fail("I26", `after ${before} came ${status} of upload ${requestId}`);
    }
    told.set(requestId, status);
    world.reached.add(`log ${status}`);
    const hasArrived = world.transfer.arrived.some(({ fileName }) => fileName.includes(`-${requestId}-`));
    if (status === "Uploaded" && !hasArrived) fail("I26", `Uploaded of ${requestId}, which never arrived`);
  }

  world.onTrace((event) => {
    if (event.kind !== "effect") return;
    const text = String(event.detail);
    if (event.effect === "FrameReceived" && text.includes('"GetLog"')) received(text);
    if (event.effect === "FrameSent" && (asked.size > 0 || text.includes('"LogStatusNotification"'))) {
      sent(text);
    }
  });
  return () => {
    if (accepted === null || isExcused()) return;
    const last = told.get(accepted);
    if (last === null || last === "Uploading") fail("I26", `of upload ${accepted} no end was told`);
  };
}
