import { BeelineError, cutText } from '@beeline/core/base';
import type { RouteEntry } from '@beeline/core/contract';
import type { RelayOutcome } from '@beeline/core/relay';
import type { GatewayConfig } from './config.ts';

/** A pause that is worth the caller's while when the platform itself is short of something, in milliseconds. */
const shortPauseMs = 1_000;

const shorten = (text: string) => JSON.stringify(text.length > 80 ? `${cutText(text, 77)}...` : text);

export const routeNotFound = (path: string) =>
  new BeelineError('ROUTE_NOT_FOUND', {
    message: `the path must be /{workspace}/models/{model}, optionally with a sub-path (received ${shorten(path)})`,
  });

export const badEnvironment = (received: string) =>
  new BeelineError('REQUEST_INVALID', {
    message: `environment must be one name of lowercase letters, digits and hyphens, at most 49 characters (received ${shorten(received)})`,
  });

export const credentialMissing = () =>
  new BeelineError('AUTHENTICATION_REQUIRED', {
    message: 'send an API key, for example as "Authorization: Bearer <key>"',
  });

export const credentialUnknown = () =>
  new BeelineError('AUTHENTICATION_FAILED', {
    message: 'the API key is unknown or was revoked; create a new one',
  });

export const credentialExpired = (at: number) =>
  new BeelineError('AUTHENTICATION_FAILED', {
    message: `the API key expired at ${new Date(at).toISOString()}; create a new one`,
  });

export const workspaceForbidden = (workspace: string) =>
  new BeelineError('FORBIDDEN', {
    message: `the API key is not one of workspace ${shorten(workspace)}; use a key of that workspace`,
  });

export const workspaceNotFound = (workspace: string) =>
  new BeelineError('WORKSPACE_NOT_FOUND', { message: `there is no workspace ${shorten(workspace)}` });

export function workloadNotFound(
  workspace: string,
  model: string,
  environment: string,
  deployedIn: readonly string[],
): BeelineError {
  const message =
    deployedIn.length === 0
      ? `there is no model ${shorten(model)} in workspace ${shorten(workspace)}`
      : `model ${shorten(model)} is not deployed in environment ${shorten(environment)}; it is in ${deployedIn.join(', ')}: choose one with ?environment=`;
  return new BeelineError('WORKLOAD_NOT_FOUND', { message });
}

export function workloadUnavailable(route: RouteEntry): BeelineError {
  if (route.state === 'deactivated') {
    return new BeelineError('WORKLOAD_UNAVAILABLE', {
      message: `model ${route.model} is deactivated in environment ${route.environment}; activate it first`,
      retryable: false,
    });
  }
  return new BeelineError('WORKLOAD_UNAVAILABLE', {
    message: `model ${route.model} cannot be served in environment ${route.environment}: ${route.reason ?? 'it is not ready yet'}`,
    retryable: route.retryable,
    ...(route.retryable ? { retryAfterMs: shortPauseMs } : {}),
  });
}

export const gatewayNotReady = () =>
  new BeelineError('NO_CAPACITY', {
    message: 'this gateway has not received its routes yet; try again shortly',
    retryAfterMs: shortPauseMs,
  });

export const gatewayFull = (limit: number) =>
  new BeelineError('NO_CAPACITY', {
    message: `this gateway already works on ${limit} requests, its limit; try again shortly`,
    retryAfterMs: shortPauseMs,
  });

export const tooManyConnections = (limit: number) =>
  new BeelineError('NO_CAPACITY', {
    message: `this gateway already has ${limit} connections, its limit; use fewer, or try again shortly`,
    retryAfterMs: shortPauseMs,
  });

export const gatewayStopping = () =>
  new BeelineError('SHUTTING_DOWN', {
    message: 'this gateway is stopping and takes no new requests; try again',
    retryAfterMs: shortPauseMs,
  });

export const tooManyHeaders = (received: number, limit: number) =>
  new BeelineError('REQUEST_INVALID', {
    message: `a request may have at most ${limit} header lines (received ${received})`,
  });

export const loopDetected = (visits: number) =>
  new BeelineError('LOOP_DETECTED', {
    message: `the request was at this gateway ${visits} times already (Via): find the model or proxy that sends it back here`,
  });

export const bodyTooLarge = (limit: number, received: number | null) =>
  new BeelineError('REQUEST_ENTITY_TOO_LARGE', {
    message: `the body may have at most ${limit} bytes${received === null ? '' : ` (Content-Length is ${received})`}`,
  });

export const noLocation = (allowed: readonly string[]) =>
  new BeelineError('NO_CAPACITY', {
    message: `none of the locations that may serve it is connected to this gateway (${allowed.join(', ') || 'none is allowed'})`,
    retryAfterMs: shortPauseMs,
  });

export const locationAway = (location: string, heldMs: number) =>
  new BeelineError('NO_CAPACITY', {
    message: `location ${location} did not take requests for ${heldMs} ms; try again later`,
    retryAfterMs: shortPauseMs,
  });

type OutcomeBounds = Pick<GatewayConfig, 'maxRequestBody' | 'firstByteTimeout' | 'idleTimeout'>;

/**
 * The error that the caller gets for an exchange that ended without an answer; null when it went away itself. The
 * exchange was with a replica, or with a location in a process of its own.
 */
export function errorOfOutcome(
  outcome: RelayOutcome,
  bounds: OutcomeBounds,
  location: string | null,
): BeelineError | null {
  const detail = outcome.detail === null ? {} : { detail: outcome.detail };
  switch (outcome.ended) {
    case 'complete':
    case 'client-aborted':
      return null;
    case 'request-refused':
      return new BeelineError('REQUEST_INVALID', {
        message: `the request cannot be sent on: ${outcome.detail ?? 'it is not well-formed'}`,
      });
    case 'request-too-large':
      return bodyTooLarge(bounds.maxRequestBody, null);
    case 'upstream-unreachable':
      return new BeelineError('REPLICA_LOST', {
        message: 'no replica accepted a connection; the request was not delivered and is safe to send again',
        retryAfterMs: shortPauseMs,
        ...detail,
      });
    case 'upstream-broken':
      return new BeelineError('REPLICA_LOST', {
        message: `${location === null ? 'the replica' : `location ${location}`} went away, or sent no valid HTTP, while it worked on the request; send it again if it may run twice`,
        ...detail,
      });
    case 'first-byte-timeout':
      return new BeelineError('FIRST_BYTE_TIMEOUT', {
        message: `the model had the whole request and did not begin to answer within ${bounds.firstByteTimeout} ms (firstByteTimeout)`,
        ...detail,
      });
    case 'idle-timeout':
      return new BeelineError('IDLE_TIMEOUT', {
        message: `the exchange stood still for ${bounds.idleTimeout} ms (idleTimeout): neither side sent anything`,
        ...detail,
      });
  }
}
