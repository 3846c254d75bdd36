/**
 * The file that a GetLog asks for: its text, its name, and who proves the server that it goes to (security white paper N01).
 *
 * Law: it is put together once, when it is asked for; later tries upload the same.
 */
import type { Diagnostics } from "../firmware/diagnostics.ts";
import { diagnosticsText } from "../firmware/diagnostics_text.ts";
import type { UploadOrder } from "../firmware/transfer.ts";
import type { Clock } from "../hal/clock.ts";
import { formatDateTime, parseDateTimeMs } from "../protocol/date_time.ts";
import type { GetLogRequest } from "../protocol/messages/security.ts";
import type { LogPeriod } from "../protocol/security_log.ts";
import { securityLogText } from "../protocol/security_log.ts";
import type { Credentials } from "../storage/credentials.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import type { Store } from "../storage/store.ts";
import { readSecurityLog } from "./security_book.ts";

export interface LogSources {
  readonly clock: Clock;
  readonly store: Store;
  readonly credentials: Pick<CredentialsStore, "read">;
  readonly diagnostics: Diagnostics;
}

export type LogFile = Omit<UploadOrder, "target">;

/** Null when there is nothing in the period. */
export async function logFile(sources: LogSources, request: GetLogRequest): Promise<LogFile | null> {
  const credentials = await sources.credentials.read();
  const text = await textOf(sources, request.logType, periodOf(request.log));
  if (text === "") return null;
  return {
    fileName: fileNameOf(request, credentials, sources.clock.wallMs()),
    content: new TextEncoder().encode(text),
    roots: rootsOf(credentials),
  };
}

async function textOf(
  { store, diagnostics }: LogSources,
  logType: GetLogRequest["logType"],
  period: LogPeriod,
): Promise<string> {
  switch (logType) {
    case "SecurityLog":
      return securityLogText(await readSecurityLog(store), period);
    case "DiagnosticsLog":
      return isEmpty(period) ? "" : diagnosticsText(diagnostics.report(), period);
  }
}

function periodOf({ oldestTimestamp, latestTimestamp }: GetLogRequest["log"]): LogPeriod {
  const oldestMs = oldestTimestamp === undefined ? null : parseDateTimeMs(oldestTimestamp);
  const latestMs = latestTimestamp === undefined ? null : parseDateTimeMs(latestTimestamp);
  return { ...(oldestMs === null ? {} : { oldestMs }), ...(latestMs === null ? {} : { latestMs }) };
}

function isEmpty({ oldestMs = -Infinity, latestMs = Infinity }: LogPeriod): boolean {
  return oldestMs > latestMs;
}

/** Told apart by charge point, request and time: all may come to one directory. */
function fileNameOf(
  { logType, requestId }: GetLogRequest,
  { chargePointId }: Credentials,
  wallMs: number,
): string {
  const at = formatDateTime(wallMs).replaceAll(/[-:]|\.\d+/g, "");
  const id = chargePointId.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 100);
  return `${id}-${logType}-${requestId}-${at}.log`;
}

/** Who proves the central system proves its file servers (decision D-file-trust). */
function rootsOf({ roots }: Credentials): readonly string[] {
  return roots.filter(({ certificateType }) => certificateType === "CentralSystemRootCertificate")
    .map(({ pem }) => pem);
}
