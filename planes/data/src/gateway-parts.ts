import type { BeelineError, BoundedCount, Clock, Listed, Logger, RunningList } from '@beeline/core/base';
import type { ExecutionRecord, KeyEntry, LocationPort } from '@beeline/core/contract';
import type { UpstreamPool } from '@beeline/core/relay';
import type { GatewayConfig } from './config.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { GatewayLoad } from './stages/admit.ts';
import type { Via } from './stages/via.ts';
import type { GatewayTables } from './tables/create-tables.ts';

/** What a forwarding lets others do with it. */
export interface RunningForward extends Listed {
  /** The key that it came with. */
  readonly key: KeyEntry;
  /** Takes the request no further: it is refused while it waits for a replica; what a replica works on goes on or is cut. */
  giveUp(error: BeelineError, running: 'go on' | 'are cut'): void;
}

/** What the stages of one gateway work with. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tables: GatewayTables;
  /** By location name. */
  readonly ports: ReadonlyMap<string, LocationPort>;
  readonly pool: UpstreamPool;
  readonly load: GatewayLoad;
  readonly via: Via;
  /** Of this gateway, whoever else takes part in the count. */
  readonly exchanges: BoundedCount;
  readonly running: RunningList<RunningForward>;
  readonly usage: { add(record: ExecutionRecord): void };
  readonly metrics: GatewayMetrics;
  /** From 0 to 1, for weights. */
  readonly random: () => number;
  /** Called after every exchange that ended. */
  onExchangeEnded(): void;
}
