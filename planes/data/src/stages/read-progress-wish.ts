import { BeelineError } from '@beeline/core/base';
import { ingressHeaders } from '@beeline/core/contract';
import type { RequestHead } from '@beeline/core/relay';

type WishingHead = Pick<RequestHead, 'header' | 'method' | 'upgrade'>;

/** Whether the caller wants to be told how its replica wakes, or why it cannot be. */
export function readProgressWish(head: WishingHead): boolean | BeelineError {
  const wish = head.header(ingressHeaders.progress);
  if (wish === undefined) return false;
  if (wish !== 'events') {
    return new BeelineError('REQUEST_INVALID', {
      message: `${ingressHeaders.progress} must be "events" (received ${JSON.stringify(wish.slice(0, 40))})`,
    });
  }
  if (head.method === 'HEAD' || head.upgrade !== null) {
    return new BeelineError('REQUEST_INVALID', {
      message: `${ingressHeaders.progress} needs an answer with a body: it goes with neither HEAD nor an upgrade`,
    });
  }
  return true;
}
