import { request } from 'node:http';
import { BeelineError } from '@beeline/core/base';
import type { ClaimMessage, Endpoint } from './driver.ts';

const claimTimeoutMs = 5_000;

/**
 * Tells a waiting server its model; resolves once it has taken it.
 * @throws BeelineError CLAIM_FAILED when it does not; rejects with the signal's reason.
 */
export function sendClaim(endpoint: Endpoint, message: ClaimMessage, signal: AbortSignal): Promise<void> {
  const failed = (reason: string, cause?: unknown) =>
    new BeelineError('CLAIM_FAILED', { message: `the waiting model server ${reason}`, cause });
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(message.body),
    };
    const call = request(
      { ...endpoint, path: message.path, method: 'POST', headers, agent: false, timeout: claimTimeoutMs },
      (response) => {
        response.resume();
        if (response.statusCode === 202) resolve();
        else reject(failed(`answered ${response.statusCode}`));
      },
    );
    const abort = () => {
      reject(signal.reason);
      call.destroy();
    };
    signal.addEventListener('abort', abort, { once: true });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${claimTimeoutMs} ms`)));
    call.on('error', (error) => reject(failed(`cannot be reached: ${error.message}`, error)));
    call.on('close', () => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
    else call.end(message.body);
  });
}
