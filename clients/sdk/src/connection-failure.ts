import { BeelineError } from '@beeline/core/base';

function systemCodeOf(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return undefined;
}

function describe(origin: string, code: string | undefined): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${origin}; start the platform with \`bl up\`, or check the address`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${origin} is not known here; check the address and the network`;
    default:
      return `the connection to ${origin} failed (${code ?? 'no reason given'}); check the address and the network`;
  }
}

/** What `fetch` threw, as CONNECTION_FAILED with the way out. Retrying makes sense unless nothing is there at all. */
export function connectionFailure(url: URL, thrown: unknown): BeelineError {
  const code = systemCodeOf(thrown);
  return new BeelineError('CONNECTION_FAILED', {
    message: describe(url.origin, code),
    retryable: code !== 'ECONNREFUSED' && code !== 'ENOTFOUND',
    detail: String(thrown),
    cause: thrown,
  });
}
