import type { Clock, Logger } from '@beeline/core/base';
import type { LogLineMessage } from '@beeline/core/contract';
import type { LocationConfig } from '../config.ts';
import type { LocationMetrics } from '../location-metrics.ts';
import type { DecisionRing } from '../scale/decision-ring.ts';
import type { RecalledScale } from '../scale/scale-state.ts';
import type { EnginePool } from './engine-pool.ts';
import type { LaunchContext } from './launch-replica.ts';
import type { SecretMask } from './mask-secrets.ts';
import type { ServedRevision } from './served-revision.ts';

/** What the parts of a location share. */
export interface LocationContext {
  readonly launch: LaunchContext;
  readonly pool: EnginePool;
  readonly config: LocationConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: LocationMetrics;
  /** The last decisions about numbers of replicas. */
  readonly decisions: DecisionRing;
  /** What scaling knows of a revision from before it was assigned. */
  recall(revision: string): RecalledScale;
  /** Every revision that the location has. */
  revisions(): Iterable<ServedRevision>;
  /** Looks at a revision again, soon. */
  touch(revision: ServedRevision): void;
  /** Something that control is told of has changed. */
  changed(): void;
  /** Takes secret values out of what a model server wrote. */
  readonly secrets: SecretMask;
  log(line: LogLineMessage): void;
  /** Writes a line of the platform into a deployment's log. */
  say(revision: ServedRevision, replica: string, text: string): void;
}
