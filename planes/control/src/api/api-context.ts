import type { Clock, Logger } from '@beeline/core/base';
import type { OriginPathRules } from '@beeline/core/model-files';
import type { SecretKeys } from '../secrets/secret-keys.ts';
import type { DeploymentRow } from '../store/database/tables.ts';
import type { Store } from '../store/open-store.ts';
import type { Turns } from './lists/take-turns.ts';

/** What every route of the public API works with. */
export interface ApiContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secretKeys: SecretKeys;
  /** Where inference requests go, without a path at its end: `http://127.0.0.1:8787`. */
  readonly publicUrl: string;
  /** Which directories models may come from, as far as that is known here. */
  readonly originRules: OriginPathRules;
  /** Shared by the answers that are rendered a piece at a time. */
  readonly turns: Turns;
  /** Resolves once gateways know what was written, or a second later. */
  whenRouted(written: DeploymentRow): Promise<void>;
  /** Resolves once gateways have what the feed of routes and keys says now, or a second later. */
  whenTaken(): Promise<void>;
}
