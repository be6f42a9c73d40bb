import { BeelineError } from '@beeline/core/base';
import type { RelayOutcome } from '@beeline/core/relay';

export const notAGateway = () =>
  new BeelineError('AUTHENTICATION_FAILED', {
    message: 'only gateways speak to a location; give this gateway the internal token of the location',
  });

export const noRevisionNamed = () =>
  new BeelineError('REQUEST_INVALID', {
    message: 'the request names no revision; send it through a gateway',
  });

/** Nothing was delivered: a gateway sends the request where its routes lead then. */
export const revisionNotHere = (location: string, revision: string) =>
  new BeelineError('REVISION_NOT_HERE', {
    message: `location ${location} does not serve revision ${revision}; try again`,
    retryAfterMs: 1_000,
  });

export const ingressStopping = (location: string) =>
  new BeelineError('SHUTTING_DOWN', {
    message: `location ${location} is stopping and takes no new requests; try again`,
    retryAfterMs: 1_000,
  });

/** The error that the gateway gets for an exchange that ended without an answer; null when the gateway left itself. */
export function errorOfIngressOutcome(outcome: RelayOutcome): BeelineError | null {
  const detail = outcome.detail === null ? {} : { detail: outcome.detail };
  switch (outcome.ended) {
    case 'complete':
    case 'client-aborted':
      return null;
    case 'request-refused':
    case 'request-too-large':
      return new BeelineError('REQUEST_INVALID', {
        message: `the request cannot be sent on: ${outcome.detail ?? 'it is not well-formed'}`,
      });
    case 'upstream-unreachable':
      return new BeelineError('REPLICA_LOST', {
        message: 'no replica accepted a connection; the request was not delivered and is safe to send again',
        retryAfterMs: 1_000,
        ...detail,
      });
    case 'upstream-broken':
      return new BeelineError('REPLICA_LOST', {
        message:
          'the replica went away, or sent no valid HTTP, while it worked on the request; send it again if it may run twice',
        ...detail,
      });
    case 'first-byte-timeout':
    case 'idle-timeout':
      return new BeelineError('INTERNAL_ERROR', { message: 'the location sets no limit here', ...detail });
  }
}
