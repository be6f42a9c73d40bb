import type { Capabilities } from './capabilities.ts';
import type { InstanceState } from './instance-state.ts';

/** An HTTP/1.1 server: a Unix socket or an address. */
export type Endpoint = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Paths as the process inside the instance sees them; a driver that mounts things changes them. */
export interface InsidePaths {
  /** The server must listen here: HTTP/1.1 over a Unix socket. */
  readonly socketPath: string;
  readonly modelDirectory: string;
}

export interface InstanceCommand {
  /** Program first, then its arguments. */
  readonly argv: readonly string[];
  /** Everything the process gets; nothing is inherited. A driver may add one mark of its own. */
  readonly env: Readonly<Record<string, string>>;
}

/** An instance as it is asked for. */
export interface InstanceSpec {
  /** Lowercase letters and digits, at most 24; never used before. */
  readonly id: string;
  /** Kept with the instance, so that a process that starts later knows what it is. */
  readonly labels: Readonly<Record<string, string>>;
  /** Absolute path on this machine, an empty directory for one that is to be claimed; read-only for the instance where the driver can enforce it. */
  readonly modelDirectory: string;
  command(inside: InsidePaths): InstanceCommand;
  /** `GET path` answers 200 once the instance serves. */
  readonly ready: { readonly path: string; readonly timeoutMs: number };
  /** A limit that the driver cannot enforce makes `create` fail. */
  readonly limits?: { readonly memoryBytes?: number; readonly cpus?: number };
}

export interface Instance {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: InstanceState;
  /** Where it listens, from `starting` on. */
  readonly endpoint: Endpoint | null;
}

export interface StartOptions {
  /** Needs the capability `checkpoint`. */
  readonly restoreFrom?: CheckpointRef;
  /** Ends `frozen` instead of `ready`. Needs the capability `pools`. */
  readonly paused?: boolean;
}

/** What a server that waits without a model is sent on its socket: `POST path` with a JSON body, answered by 202. */
export interface ClaimMessage {
  readonly path: string;
  readonly body: string;
}

/** What a paused instance that was started without a model becomes. */
export interface InstanceClaim {
  /** Take the place of those that it was created with. */
  readonly labels: Readonly<Record<string, string>>;
  readonly modelDirectory: string;
  message(inside: InsidePaths): ClaimMessage;
  readonly ready: InstanceSpec['ready'];
}

/** A running instance; times are milliseconds since `start` or `claim` was called. */
export interface StartedInstance {
  readonly endpoint: Endpoint;
  /** When the server first answered anything, or had taken the claim: the program is up, the model may still be loading. */
  readonly answeredMs: number;
  readonly readyMs: number;
}

/** A checkpoint on this machine's disk. */
export interface CheckpointRef {
  readonly key: string;
  readonly directory: string;
}

/** How an instance ended. */
export interface InstanceExit {
  /**
   * `exited` by itself, `stopped` because it was asked to, `killed` because it did not stop in time or somebody
   * else killed it, `oom` for want of memory, `unknown` when nobody could see it.
   */
  readonly cause: 'exited' | 'stopped' | 'killed' | 'oom' | 'unknown';
  readonly code: number | null;
  readonly signal: string | null;
}

export interface InstanceStats {
  readonly memoryBytes: number;
  /** Processor time used since it started, of all its processes. */
  readonly cpuMs: number;
  readonly processes: number;
}

export interface LogLine {
  /** Milliseconds since 1970, when the line was read. */
  readonly at: number;
  /** `platform`: a remark of the driver, e.g. that lines were left out. */
  readonly source: 'stdout' | 'stderr' | 'platform';
  readonly text: string;
}

/** `exited` comes exactly once for each instance that was started, whoever ended it. */
export type DriverEvent =
  | { readonly type: 'log'; readonly id: string; readonly line: LogLine }
  | { readonly type: 'exited'; readonly id: string; readonly exit: InstanceExit }
  | { readonly type: 'lost'; readonly id: string; readonly reason: string };

/** A way to run model servers on this machine. `legalStates` says when each call is possible. */
export interface Driver {
  /** The generation that it provides, e.g. `process`. */
  readonly name: string;
  /** @throws BeelineError DRIVER_UNAVAILABLE saying what the machine lacks. */
  probe(): Promise<Capabilities>;
  /** Prepares an instance; nothing runs yet. */
  create(spec: InstanceSpec): Promise<Instance>;
  /**
   * Runs it until it serves. When this fails nothing of it runs any more, and `tail` has its last lines.
   * @throws BeelineError COMMAND_INVALID, LOAD_FAILED when it ended by itself, READINESS_TIMEOUT,
   * REPLICA_LOST when `stop` was called meanwhile.
   */
  start(id: string, options?: StartOptions): Promise<StartedInstance>;
  freeze?(id: string): Promise<void>;
  thaw?(id: string): Promise<void>;
  /**
   * Gives a paused instance its model and runs it until it serves. An instance is claimed once. When this fails
   * nothing of it runs any more. Needs the capability `pools`.
   * @throws BeelineError CLAIM_FAILED when it did not take the message, otherwise as `start`.
   */
  claim?(id: string, claim: InstanceClaim): Promise<StartedInstance>;
  checkpoint?(id: string, options: { readonly leaveRunning: boolean }): Promise<CheckpointRef>;
  /** Asks it to end, and ends it by force after `graceMs`. Nothing that it started runs afterwards. */
  stop(id: string, graceMs: number): Promise<InstanceExit>;
  /** Forgets it and removes what it left on disk. */
  remove(id: string): Promise<void>;
  /** Its last lines, oldest first. */
  tail(id: string): readonly LogLine[];
  stats(id: string): Promise<InstanceStats>;
  list(): readonly Instance[];
  /** Takes over instances of an earlier process that have all these labels and still serve; removes all others. */
  reconcile(labels: Readonly<Record<string, string>>): Promise<readonly Instance[]>;
  /** Returns the function that ends it. A listener must not throw. */
  subscribe(listener: (event: DriverEvent) => void): () => void;
  /** Lets go of everything. Instances that still run wait for an owner for a while, and end if none comes. */
  close(): Promise<void>;
}
