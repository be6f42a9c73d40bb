import type { IncomingMessage } from 'node:http';
import { BeelineError, type Clock, httpStatusOf, newId } from '@beeline/core/base';
import type { RouteEntry } from '@beeline/core/contract';
import type { Caller } from './caller.ts';
import { gatewayNotReady } from './errors.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { admit } from './stages/admit.ts';
import { type AuthenticatedRequest, authenticate } from './stages/authenticate.ts';
import { choose } from './stages/choose.ts';
import { forward } from './stages/forward.ts';
import { type ArrivedRequest, identify } from './stages/identify.ts';
import { type Answer, meter, refusedAnswer } from './stages/meter.ts';
import { resolve } from './stages/resolve.ts';

/**
 * The way of a request: identify, authenticate, resolve, admit, choose, forward, meter. Each stage takes the record
 * of the one before and gives a wider one, or the error that ends the way. Up to `forward` nothing waits, and control
 * is never asked.
 */
export function runPipeline(caller: Caller, gateway: GatewayParts): void {
  const arrived = arrive(caller.request, gateway.clock);
  const snapshot = gateway.tables.current;
  if (snapshot === null) {
    refuseUnmetered(caller, gateway, arrived, gatewayNotReady());
    return;
  }

  const identified = identify(arrived);
  if (identified instanceof BeelineError) {
    refuseUnmetered(caller, gateway, arrived, identified);
    return;
  }

  const authenticated = authenticate(identified, snapshot);
  if (authenticated instanceof BeelineError) {
    refuseUnmetered(caller, gateway, arrived, authenticated);
    return;
  }

  const resolved = resolve(authenticated, snapshot);
  if (resolved instanceof BeelineError) {
    refuseMetered(caller, gateway, authenticated, null, resolved);
    return;
  }

  const admitted = admit(resolved, gateway.load, gateway.config);
  if (admitted instanceof BeelineError) {
    refuseMetered(caller, gateway, authenticated, resolved.route, admitted);
    return;
  }

  const chosen = choose(admitted, gateway.ports, gateway.random);
  if (chosen instanceof BeelineError) {
    refuseMetered(caller, gateway, authenticated, resolved.route, chosen);
    return;
  }

  forward(chosen, caller, gateway, (answer, running) => {
    gateway.running.delete(running);
    record(gateway, chosen, chosen.route, answer);
    gateway.onExchangeEnded();
  });
}

const callerIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;

/** Gives the request its names: the execution's is always ours, the request's is the caller's if it is usable. */
function arrive(message: IncomingMessage, clock: Clock): ArrivedRequest {
  const startedAt = clock.now();
  const executionId = newId('exe', startedAt);
  const given = message.headers['x-request-id'];
  const usable = typeof given === 'string' && callerIdPattern.test(given);
  return {
    executionId,
    requestId: usable ? given : executionId,
    startedAt,
    arrivedMs: clock.monotonicMs(),
    message,
  };
}

function refuse(caller: Caller, gateway: GatewayParts, request: ArrivedRequest, error: BeelineError): void {
  const { requestId, executionId } = request;
  caller.refuse(error, { component: 'gateway', requestId, executionId, nowMs: gateway.clock.now() });
}

/** Of a request whose workspace is not known to be the caller's: counted, but no execution. */
function refuseUnmetered(
  caller: Caller,
  gateway: GatewayParts,
  request: ArrivedRequest,
  error: BeelineError,
): void {
  refuse(caller, gateway, request, error);
  gateway.metrics.refused(error.code);
}

function refuseMetered(
  caller: Caller,
  gateway: GatewayParts,
  request: AuthenticatedRequest,
  route: RouteEntry | null,
  error: BeelineError,
): void {
  refuse(caller, gateway, request, error);
  record(gateway, request, route, refusedAnswer(httpStatusOf(error.kind), error.code));
}

function record(
  gateway: GatewayParts,
  request: AuthenticatedRequest,
  route: RouteEntry | null,
  answer: Answer,
): void {
  const execution = meter(request, answer, gateway.clock.monotonicMs());
  gateway.metrics.observe(execution, route);
  gateway.usage.add(execution);
}
