export { leaseOutcomes } from './lease-outcomes.ts';
export type { ResponseHead } from './parse-response-head.ts';
export { type Exchange, type ExchangeOptions, openExchange } from './relay-exchange.ts';
export type { RelayEnd, RelayObserver, RelayOutcome } from './relay-outcome.ts';
export { openUpgrade } from './relay-upgrade.ts';
export type { OutgoingHead } from './request-head.ts';
export { createUpstreamPool, type UpstreamPool, type UpstreamPoolOptions } from './upstream-pool.ts';
export { watchCaller } from './watch-caller.ts';
