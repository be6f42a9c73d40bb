/** How to start one model server and how to know and stop it. Paths are absolute. */
export interface LaunchSpec {
  /** Name of the runtime that built this spec, e.g. `transformers`. */
  readonly runtime: string;
  /** Program first, then its arguments. */
  readonly argv: readonly string[];
  /** The complete environment of the process; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** `GET path` answers 200 once requests are served and 503 before that. */
  readonly ready: { readonly path: string; readonly timeoutMs: number };
  /** Path of the Prometheus text page, or null when the server has none. */
  readonly metricsPath: string | null;
  /** Path of the JSON page about the loaded model, or null when the server has none. */
  readonly infoPath: string | null;
  /** Sending `signal` makes the server finish its work and exit 0; after `graceMs` it may be killed. */
  readonly drain: { readonly signal: 'SIGTERM'; readonly graceMs: number };
  /** Requests at a time that keep the server busy (`target`) and that it accepts at most (`hard`). */
  readonly concurrency: { readonly target: number; readonly hard: number };
  /** Where token counts are found: in OpenAI bodies, in `x-usage-*` headers, or nowhere. */
  readonly usageDialect: 'openai' | 'headers' | 'none';
}

/**
 * What a runtime needs to know to build its launch spec.
 * The server must listen on `socketPath` (HTTP/1.1 over a Unix socket).
 */
export interface LaunchRequest {
  /** Read-only local snapshot in HuggingFace layout, as the server process will see it. */
  readonly modelDirectory: string;
  readonly socketPath: string;
  readonly modelName: string;
  /** Null: inferred from the files. */
  readonly task: string | null;
  /** Null: the best available (on CPU q8 if present, else fp32). */
  readonly dtype: string | null;
  /** Variables of the deployment, added to the server's environment. */
  readonly envs: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
  /**
   * Directory of the platform, writable by the server, where compiled code may be kept between starts. Optional:
   * without it every start compiles again. Never shared between users who do not trust one another.
   */
  readonly codeCacheDirectory?: string;
}
