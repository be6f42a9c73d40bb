import type { LaunchRequest } from './launch-spec.ts';

/** How to start a server that has no model yet: it imports everything it needs and waits to be told one. */
export interface PoolSpec {
  /** Name of the runtime that built this spec, e.g. `transformers`. */
  readonly runtime: string;
  /** Program first, then its arguments. */
  readonly argv: readonly string[];
  /** The complete environment of the process; nothing is inherited, and nothing of any deployment is in it. */
  readonly env: Readonly<Record<string, string>>;
  /** `GET path` answers 200 once the server waits for its model. */
  readonly ready: { readonly path: string; readonly timeoutMs: number };
}

/**
 * What tells a waiting server its model: `POST path` with this JSON body on its socket. It answers 202 and goes on as
 * a server started from the launch spec of the same request does. It takes one in its life and refuses any other.
 */
export interface ClaimSpec {
  readonly path: string;
  readonly body: string;
}

/** The ability to start before it is known for which model. */
export interface RuntimePool {
  /** Pure. The server must listen on `socketPath` (HTTP/1.1 over a Unix socket). */
  buildSpec(request: { readonly socketPath: string; readonly startTimeoutMs: number }): PoolSpec;
  /**
   * Pure. Null when the deployment brings variables that must be there when the process starts: it then gets a server
   * of its own from the beginning.
   * @throws RangeError as `buildLaunchSpec` does.
   */
  buildClaim(request: LaunchRequest): ClaimSpec | null;
}
