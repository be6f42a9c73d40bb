/** How much of a record that only grows is kept. */
export interface Retention {
  readonly maxAgeMs: number;
  readonly maxRows: number;
}

const hourMs = 3_600_000;

/** Log lines: 72 hours, and so many rows of one deployment. */
export const logRetention: Retention = { maxAgeMs: 72 * hourMs, maxRows: 20_000 };

/** Executions: 30 days, and so many rows in all. */
export const executionRetention: Retention = { maxAgeMs: 30 * 24 * hourMs, maxRows: 100_000 };
