export { CallerRequest } from './caller-request.ts';
export { dateLine } from './date-line.ts';
export type { Exchange, ExchangeOptions } from './exchange.ts';
export { type ForeignServer, foreignServer } from './foreign-server.ts';
export { HeaderSet } from './header-name.ts';
export { leaseOutcomes } from './lease-outcomes.ts';
export {
  createListener,
  type Listener,
  type ListenerOptions,
} from './listener.ts';
export { headerLine, type OutgoingHead } from './outgoing-head.ts';
export { openExchange } from './relay-exchange.ts';
export type { RelayEnd, RelayObserver, RelayOutcome } from './relay-outcome.ts';
export type { RequestHead } from './request-head.ts';
export type { ResponseHead } from './response-head.ts';
export { createUpstreamPool, type UpstreamPool, type UpstreamPoolOptions } from './upstream-pool.ts';
