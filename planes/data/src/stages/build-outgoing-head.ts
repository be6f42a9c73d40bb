import { ingressHeaders, type Lease } from '@beeline/core/contract';
import { type CallerRequest, headerLine, type OutgoingHead } from '@beeline/core/relay';
import { forwardedHeaders } from './forwarded-headers.ts';
import { droppedHeaders } from './kept-back-headers.ts';
import type { Via } from './via.ts';

/**
 * The head that goes to a lease's target; `names` are the lines that name the request. A location is asked for progress
 * where the caller wishes it.
 */
export function buildOutgoingHead(
  caller: CallerRequest,
  path: string,
  names: string,
  lease: Lease,
  wishes: { readonly trustForwarded: boolean; readonly progress: boolean; readonly via: Via },
): OutgoingHead {
  let add = forwardedHeaders(caller, wishes.trustForwarded) + wishes.via.line(caller.head.http10) + names;
  const { ingress = [] } = lease;
  for (let index = 0; index + 1 < ingress.length; index += 2) {
    add += headerLine(ingress[index] ?? '', ingress[index + 1] ?? '');
  }
  const asksFirst = lease.ingress !== undefined;
  if (wishes.progress && asksFirst) add += headerLine(ingressHeaders.progress, 'events');
  return { path, drop: droppedHeaders, add, asksFirst };
}
