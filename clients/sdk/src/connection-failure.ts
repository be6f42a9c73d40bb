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

/** The system's code for a failure, or the innermost message. */
export function failureReason(thrown: unknown): string {
  let reason = String(thrown);
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    reason = error.message;
  }
  return reason;
}

const unknownHost = 'the host name of ORIGIN is not known here; check the address and the network';
const unreachable = 'ORIGIN cannot be reached; check the address and the network';
const noAnswer =
  'ORIGIN closed the connection before it answered; try again, and see the log of the platform';
const notTrusted =
  'the certificate of ORIGIN is not trusted (REASON); name its authority in NODE_EXTRA_CA_CERTS, or check the address';
const notTls = 'ORIGIN does not speak TLS (REASON); write http:// if it is meant without';

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at ORIGIN; start the platform with `bl up`, or check the address',
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  UND_ERR_CONNECT_TIMEOUT: unreachable,
  ECONNRESET: noAnswer,
  EPIPE: noAnswer,
  UND_ERR_SOCKET: noAnswer,
  EPROTO: notTls,
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  UND_ERR_HEADERS_TIMEOUT:
    'ORIGIN did not begin to answer within five minutes; ask for a stream, or see the logs',
  'bad port': 'the port of ORIGIN is one that HTTP clients refuse; start the platform on another one',
  UND_ERR_HEADERS_OVERFLOW: 'ORIGIN answered with more headers than can be taken; check the address',
};

function describe(origin: string, reason: string): string {
  const known =
    sentences[reason] ??
    (/CERT|SIGNATURE|ISSUER/.test(reason) ? notTrusted : undefined) ??
    (/^HPE_|HTTP\/1\.1 protocol/.test(reason)
      ? 'ORIGIN does not answer in HTTP (REASON); check the address, and whether it is https://'
      : undefined);
  const sentence = known ?? 'the connection to ORIGIN failed (REASON); check the address and the network';
  return sentence.replace('ORIGIN', () => origin).replace('REASON', () => reason);
}

/** What `fetch` threw, as CONNECTION_FAILED with the way out. Retrying makes sense only after some. */
export function connectionFailure(url: URL, thrown: unknown): BeelineError {
  const reason = failureReason(thrown);
  return new BeelineError('CONNECTION_FAILED', {
    message: describe(url.origin, reason),
    retryable: passing.has(reason),
    detail: String(thrown),
    cause: thrown,
  });
}
