export { CallerRequest } from './callers/caller-request.ts';
export { type ForeignServer, foreignServer } from './callers/foreign-server.ts';
export {
  createListener,
  type Listener,
  type ListenerOptions,
} from './callers/listener.ts';
export type { Exchange, ExchangeOptions } from './exchange.ts';
export { dateLine } from './heads/date-line.ts';
export { HeaderSet } from './heads/header-name.ts';
export { headerLine, type OutgoingHead } from './heads/outgoing-head.ts';
export type { RequestHead } from './heads/request-head.ts';
export type { ResponseHead } from './heads/response-head.ts';
export { leaseOutcomes } from './lease-outcomes.ts';
export { openExchange } from './relay-exchange.ts';
export type { RelayEnd, RelayObserver, RelayOutcome } from './relay-outcome.ts';
export {
  createUpstreamPool,
  type UpstreamPool,
  type UpstreamPoolOptions,
} from './upstreams/upstream-pool.ts';
