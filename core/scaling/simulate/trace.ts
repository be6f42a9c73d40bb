/** One request of a trace. */
export interface TraceRequest {
  /** Milliseconds since the beginning of the trace. */
  readonly atMs: number;
  /** How long a replica works on it. */
  readonly serviceMs: number;
}

/** Time that a request of so many tokens takes on the replica that the published traces are replayed against. */
export function serviceMsOfTokens(contextTokens: number, generatedTokens: number): number {
  return 50 + 0.15 * contextTokens + 20 * generatedTokens;
}
