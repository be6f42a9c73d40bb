import { BeelineError } from '@beeline/core/base';

/** Failures that may be gone at the next try. */
const passing = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The system's code for the failure, or the innermost message. */
function reasonOf(thrown: unknown): string {
  let reason = String(thrown);
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    reason = error.message;
  }
  return reason;
}

function describe(origin: string, reason: string): string {
  switch (reason) {
    case 'ECONNREFUSED':
      return `nothing listens at ${origin}; start the platform with \`bl up\`, or check the address`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${origin} is not known here; check the address and the network`;
    default:
      return `the connection to ${origin} failed (${reason}); check the address and the network`;
  }
}

/** What `fetch` threw, as CONNECTION_FAILED with the way out. Retrying makes sense only after some. */
export function connectionFailure(url: URL, thrown: unknown): BeelineError {
  const reason = reasonOf(thrown);
  return new BeelineError('CONNECTION_FAILED', {
    message: describe(url.origin, reason),
    retryable: passing.has(reason),
    detail: String(thrown),
    cause: thrown,
  });
}
