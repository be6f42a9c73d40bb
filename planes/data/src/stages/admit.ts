import type { BeelineError } from '@beeline/core/base';
import type { RequestHead } from '@beeline/core/relay';
import type { GatewayConfig } from '../config.ts';
import { bodyTooLarge, gatewayStopping, loopDetected, tooManyHeaders } from '../errors.ts';
import { type Via, visitLimit } from './via.ts';

/** What the gateway is busy with. */
export interface GatewayLoad {
  /** New requests are refused. */
  readonly stopping: boolean;
  /** Callers are told to use another connection. */
  readonly leaving: boolean;
}

type AdmittedHead = Pick<RequestHead, 'lineCount' | 'contentLength' | 'header'>;
type Bounds = Pick<GatewayConfig, 'maxRequestHeaders' | 'maxRequestBody'>;

/** Holds a request against the gateway's own bounds; null when it is inside them. */
export function admit(head: AdmittedHead, load: GatewayLoad, bounds: Bounds, via: Via): BeelineError | null {
  if (load.stopping) return gatewayStopping();
  if (head.lineCount > bounds.maxRequestHeaders) {
    return tooManyHeaders(head.lineCount, bounds.maxRequestHeaders);
  }
  if (bounds.maxRequestBody > 0 && head.contentLength > bounds.maxRequestBody) {
    return bodyTooLarge(bounds.maxRequestBody, head.contentLength);
  }
  return via.loops(head.header('via')) ? loopDetected(visitLimit) : null;
}
