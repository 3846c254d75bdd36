/**
 * The figures of issues 2 to 5 against bare baselines of the same run: `deno task bench`.
 *
 * Law: it prints, and fails on nothing that is a matter of time: machines differ, and so do their other tenants.
 */
import { backlogRows } from "./backlog_rows.ts";
import { commitRows } from "./commit_rows.ts";
import { startCsms } from "./csms.ts";
import { table } from "./figure.ts";
import { listRows } from "./list_rows.ts";
import { requestRows } from "./request_rows.ts";
import { scheduleRows } from "./schedule_rows.ts";
import { startRows } from "./start_rows.ts";
import { transactionRows } from "./transaction_rows.ts";

const csms = await startCsms();
try {
  const figures = [
    ...await inDirectory((directory) => startRows(csms, directory)),
    ...await inDirectory((directory) => requestRows(csms, directory)),
    ...await inDirectory(commitRows),
    ...await inDirectory((directory) => transactionRows(csms, directory)),
    ...scheduleRows(),
    ...await inDirectory(listRows),
    ...await inDirectory((directory) => backlogRows(csms, directory)),
  ];
  for (const line of table(figures)) console.log(line);
} finally {
  csms.stop();
}

/** A state directory of its own for each: none begins with what another has left. */
async function inDirectory<T>(measure: (directory: string) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-bench-" });
  try {
    return await measure(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
