import type { BeelineError } from '@beeline/core/base';
import type { GatewayConfig } from '../config.ts';
import { bodyTooLarge, gatewayFull, gatewayStopping, tooManyHeaders } from '../errors.ts';
import type { ResolvedRequest } from './resolve.ts';

/** What the gateway is busy with. */
export interface GatewayLoad {
  readonly exchanges: number;
  /** New requests are refused. */
  readonly stopping: boolean;
  /** Callers are told to use another connection. */
  readonly leaving: boolean;
}

type Bounds = Pick<GatewayConfig, 'maxExchanges' | 'maxRequestHeaders' | 'maxRequestBody'>;

/** Holds the request against the gateway's own bounds. */
export function admit(
  request: ResolvedRequest,
  load: GatewayLoad,
  bounds: Bounds,
): ResolvedRequest | BeelineError {
  if (load.stopping) return gatewayStopping();
  if (load.exchanges >= bounds.maxExchanges) return gatewayFull(bounds.maxExchanges);
  const { message } = request;
  const lines = message.rawHeaders.length / 2;
  if (lines > bounds.maxRequestHeaders) return tooManyHeaders(lines, bounds.maxRequestHeaders);
  if (bounds.maxRequestBody > 0) {
    const declared = Number(message.headers['content-length'] ?? 0);
    if (declared > bounds.maxRequestBody) return bodyTooLarge(bounds.maxRequestBody, declared);
  }
  return request;
}
