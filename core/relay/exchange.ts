import type { UpstreamTarget } from '../contract/index.ts';
import type { HeaderSet } from './heads/header-name.ts';
import type { OutgoingHead } from './heads/outgoing-head.ts';
import type { RelayObserver } from './relay-outcome.ts';
import type { UpstreamPool } from './upstreams/upstream-pool.ts';

export interface ExchangeOptions {
  readonly pool: UpstreamPool;
  readonly observer: RelayObserver;
  /** Longest request body; infinite when absent. */
  readonly maxRequestBytes?: number;
  /** Headers that the upstream has no right to send to the caller. */
  readonly hiddenHeaders?: HeaderSet;
}

/** One request of a caller, to be answered by one of the targets it is sent to. */
export interface Exchange {
  /**
   * Relays the request to a target and the answer back. After `upstream-unreachable` it may be called again; after
   * any other end the exchange is over. While `headSent` is false, the caller still has to be answered.
   */
  send(target: UpstreamTarget, head: OutgoingHead): void;
  /** Ends it as `upstream-broken`: the upstream's connection and, after the head, the caller's are cut at once. */
  cut(): void;
}
