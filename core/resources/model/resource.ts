import type { Metadata } from '../metadata.ts';
import type { Condition, ResourceEvent, ResourceStatus } from '../status.ts';
import type { ModelSpec } from './defaults.ts';
import type { WrittenEnv } from './envs.ts';

/** How many replicas a location wants of a revision, and why. */
export interface ModelScaling {
  readonly location: string;
  readonly revision: string;
  readonly desired: number;
  /** The rule that decided the present number. */
  readonly reason: string;
  /** The last changes of the number, oldest first. */
  readonly changes: readonly {
    readonly time: string;
    readonly from: number;
    readonly to: number;
    readonly reason: string;
  }[];
}

/** What the platform has seen of a deployment. */
export interface ModelObserved {
  /** The generation of the spec that this speaks of. */
  readonly generation: number;
  /** Revision that gets the traffic, or null before the first. */
  readonly activeRevision: string | null;
  /** The newest revision; differs from the active one while it proves itself, and after it failed to. */
  readonly latestRevision: string | null;
  readonly replicas: { readonly starting: number; readonly ready: number; readonly draining: number };
  readonly conditions: readonly Condition[];
  /** As locations last reported it. */
  readonly scaling: readonly ModelScaling[];
}

/** A model deployment as the API returns it. */
export interface Model {
  readonly metadata: Metadata & { readonly environment: string; readonly url: string };
  readonly spec: ModelSpec<WrittenEnv>;
  readonly status: ResourceStatus;
  readonly events: readonly ResourceEvent[];
  readonly observed: ModelObserved;
}

/** A revision as the API returns it. */
export interface Revision {
  readonly id: string;
  /** Counts up from 1 inside a deployment. */
  readonly number: number;
  readonly active: boolean;
  readonly canary: boolean;
  readonly previousActive: boolean;
  readonly status: ResourceStatus;
  readonly reason: string | null;
  readonly trafficPercent: number;
  /** Of the files that it serves: `sha256:` and 64 hex digits; null until a location has fetched them. */
  readonly modelDigest: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
}
