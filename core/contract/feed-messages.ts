import type { RevisionTemplate, ScalingConfig } from '../resources/index.ts';

/**
 * What control and the other planes tell each other. Feeds out of control are whole snapshots with a version:
 * whoever pulls one sends the version it has and gets the next as soon as there is one. A lost message costs
 * nothing, because the next snapshot has everything.
 */

/** A deployment as the gateways see it. */
export interface RouteEntry {
  readonly workspace: string;
  readonly model: string;
  readonly environment: string;
  readonly state: 'serving' | 'deactivated' | 'unavailable';
  /** Public sentence that says why it is not serving. */
  readonly reason: string | null;
  /** Whether it may serve again without anybody changing it. */
  readonly retryable: boolean;
  /** Weights sum to 100 while serving; empty otherwise. */
  readonly targets: readonly RouteTarget[];
}

export interface RouteTarget {
  readonly revision: string;
  readonly weight: number;
  /** Names of the locations that may serve it. */
  readonly locations: readonly string[];
}

/** An API key as the gateways know it: never the key. */
export interface KeyEntry {
  readonly id: string;
  /** SHA-256 of the whole key, lowercase hex. */
  readonly hash: string;
  /** Workspaces it is good for. */
  readonly workspaces: readonly string[];
  readonly role: 'admin' | 'member';
  /** Milliseconds since 1970; null never expires. */
  readonly expiresAt: number | null;
}

/** GET routes: everything a gateway needs to answer without control. */
export interface RoutesMessage {
  readonly version: number;
  readonly workspaces: readonly string[];
  readonly routes: readonly RouteEntry[];
  readonly keys: readonly KeyEntry[];
}

/** A revision that a location has to be able to serve. */
export interface RevisionAssignment {
  readonly revision: string;
  readonly number: number;
  readonly workspace: string;
  readonly model: string;
  readonly environment: string;
  /** `retire`: finish what runs and take late requests, keep nothing warm; the assignment goes once it is idle. */
  readonly purpose: 'serve' | 'retire';
  /** `needed`: start one replica at once and report whether it became ready. */
  readonly proof: 'needed' | 'done';
  readonly template: RevisionTemplate;
  /** Digest that the files must have, once a location has reported one; null before. */
  readonly artifactDigest: string | null;
  readonly scaling: ScalingConfig;
  /** How long running requests may outlive the wish for their replica; null: as the location is set. */
  readonly drainTimeoutMs: number | null;
}

/** GET assignments: everything a location needs to work without control. */
export interface AssignmentsMessage {
  readonly version: number;
  readonly location: string;
  readonly revisions: readonly RevisionAssignment[];
}

/** Why a revision could not be made ready. */
export interface RevisionFailure {
  readonly code:
    | 'MODEL_MISSING'
    | 'MODEL_INVALID'
    | 'MODEL_CHANGED'
    | 'TASK_UNSUPPORTED'
    | 'LOAD_FAILED'
    | 'READINESS_TIMEOUT'
    | 'INTERNAL_ERROR';
  /** Public sentence. */
  readonly message: string;
  /** The runtime's last lines, oldest first. */
  readonly logTail: readonly string[];
}

export interface ReplicaCounts {
  readonly requested: number;
  readonly fetching: number;
  readonly starting: number;
  readonly ready: number;
  readonly draining: number;
}

/** One change of the number of replicas that a location wants of a revision. */
export interface ScalingChange {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** Public sentence. */
  readonly reason: string;
}

/** How many replicas a location wants of a revision, and why. */
export interface ObservedScaling {
  readonly desired: number;
  /** The rule that decided the present number. */
  readonly reason: string;
  /** The last changes, oldest first; at most ten. */
  readonly changes: readonly ScalingChange[];
}

export interface ObservedRevision {
  readonly revision: string;
  readonly proof: 'pending' | 'proved' | 'failed';
  readonly failure: RevisionFailure | null;
  readonly artifactDigest: string | null;
  readonly replicas: ReplicaCounts;
  /** Requests that replicas work on. */
  readonly inFlight: number;
  /** Requests held for a replica. */
  readonly waiting: number;
  /** Absent from a location that has decided nothing yet, or of a version that does not tell. */
  readonly scaling?: ObservedScaling;
}

/** POST observed: the whole state of a location. */
export interface ObservedMessage {
  readonly location: string;
  /** Version of the assignments that this state follows. */
  readonly assignmentsVersion: number;
  readonly flavors: readonly { readonly name: string; readonly type: 'cpu' | 'gpu' }[];
  readonly generations: readonly string[];
  readonly revisions: readonly ObservedRevision[];
}

/** One line that a runtime wrote, or that the location wrote about it. */
export interface LogLineMessage {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly workspace: string;
  readonly model: string;
  readonly environment: string;
  readonly revision: string;
  readonly replica: string;
  readonly source: 'stdout' | 'stderr' | 'platform';
  readonly message: string;
}

/** POST logs. */
export interface LogsMessage {
  readonly location: string;
  readonly lines: readonly LogLineMessage[];
}

/** POST executions. `batch` makes a repeated delivery harmless. */
export interface ExecutionsMessage {
  readonly gateway: string;
  readonly batch: string;
  readonly executions: readonly ExecutionRecord[];
}

/** Where the time of one execution went, in milliseconds; the parts do not overlap. */
export interface ExecutionTimings {
  /** Held although a replica was not being started for it: the queue. */
  readonly queueMs: number;
  /** Fetching files and starting the process, as far as this request waited for it. */
  readonly startMs: number;
  /** Loading the model, as far as this request waited for it. */
  readonly loadMs: number;
  /** From handing the request to the replica until the last byte of its answer. */
  readonly runMs: number;
  /** From the request's arrival until the first byte of the answer; null when there was none. */
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

/** One invocation: what `GET /v0/executions/{id}` shows. */
export interface ExecutionRecord {
  readonly id: string;
  readonly workspace: string;
  readonly model: string;
  readonly environment: string;
  readonly revision: string | null;
  readonly location: string | null;
  readonly replica: string | null;
  /** Id of the API key. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly method: string;
  readonly path: string;
  /** What the caller got; 0 when it went away before an answer. */
  readonly status: number;
  /** Who made the answer. */
  readonly source: 'gateway' | 'location' | 'model';
  readonly errorCode: string | null;
  /** The caller went away, or the upstream broke, before the answer was complete. */
  readonly aborted: boolean;
  readonly timings: ExecutionTimings;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly tokens: { readonly input: number; readonly output: number; readonly estimated: boolean } | null;
}

/** Paths of the internal API, all under the control plane's address; every call carries the internal token. */
export const feedPaths = {
  /** Query: `after` version, `waitMs`, `gateway` id. 200 with a RoutesMessage, 204 when there is nothing newer. */
  routes: '/internal/v1/routes',
  /** Query: `after` version, `waitMs`, `location` name. 200 with an AssignmentsMessage, 204 when there is nothing newer. */
  assignments: '/internal/v1/assignments',
  observed: '/internal/v1/observed',
  executions: '/internal/v1/executions',
  logs: '/internal/v1/logs',
} as const;
