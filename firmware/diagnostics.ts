/**
 * The diagnostics port: what a charger can tell of itself to whoever has to find out what is wrong with it.
 *
 * Law: what it tells is plain JSON without passwords and keys; whose cards were used is for `diagnostics_text.ts` to take out.
 */

export interface DiagnosticsReport {
  /** Each by its name, in the order in which they are shown. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Of the kernel's trace, the oldest first; `at` is ISO 8601. */
  readonly events: readonly DiagnosticsEvent[];
}

export interface DiagnosticsEvent extends Readonly<Record<string, unknown>> {
  readonly at: string;
}

/** Two drivers: the process with its observatory (`console/diagnostics_report.ts`), and a simulated one. */
export interface Diagnostics {
  readonly report: () => DiagnosticsReport;
}
