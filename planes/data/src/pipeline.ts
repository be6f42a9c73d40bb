import { BeelineError, type Clock, httpStatusOf, newId } from '@beeline/core/base';
import type { RouteEntry } from '@beeline/core/contract';
import type { CallerRequest, RequestHead } from '@beeline/core/relay';
import { gatewayFull, gatewayNotReady } from './errors.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { Arrival, InferenceRequest } from './inference-request.ts';
import { refuseRequest } from './refuse-request.ts';
import { admit } from './stages/admit.ts';
import { authenticate } from './stages/authenticate.ts';
import { choose } from './stages/choose.ts';
import { forward } from './stages/forward.ts';
import { identify } from './stages/identify.ts';
import { type Answer, meter, refusedAnswer } from './stages/meter.ts';
import { readProgressWish } from './stages/read-progress-wish.ts';
import { resolve } from './stages/resolve.ts';

/**
 * The way of a request: identify, authenticate, resolve, admit, choose, forward, meter. Each stage gives what the
 * next ones need, or the error that ends the way. Up to `forward` nothing waits, and control is never asked.
 */
export function runPipeline(caller: CallerRequest, gateway: GatewayParts): void {
  const { head } = caller;
  const arrival = arrive(head, gateway.clock);
  const snapshot = gateway.tables.current;
  if (snapshot === null) {
    refuseUnmetered(caller, gateway, arrival, gatewayNotReady());
    return;
  }

  const path = identify(head);
  if (path instanceof BeelineError) {
    refuseUnmetered(caller, gateway, arrival, path);
    return;
  }

  const key = authenticate((lower) => head.header(lower), path.workspace, arrival.startedAt, snapshot);
  if (key instanceof BeelineError) {
    refuseUnmetered(caller, gateway, arrival, key);
    return;
  }

  const wish = readProgressWish(head);
  const wishesProgress = wish === true;
  const request: InferenceRequest = { arrival, method: head.method, path, key, wishesProgress };
  if (wish instanceof BeelineError) {
    refuseMetered(caller, gateway, request, null, wish);
    return;
  }

  const route = resolve(path, snapshot);
  if (route instanceof BeelineError) {
    refuseMetered(caller, gateway, request, null, route);
    return;
  }

  const refusal = admit(head, gateway.load, gateway.config, gateway.via);
  if (refusal !== null) {
    refuseMetered(caller, gateway, request, route, refusal);
    return;
  }

  const choice = choose(route, gateway.ports, gateway.random);
  if (choice instanceof BeelineError) {
    refuseMetered(caller, gateway, request, route, choice);
    return;
  }

  if (!gateway.exchanges.take()) {
    refuseMetered(caller, gateway, request, route, gatewayFull(gateway.exchanges.limit));
    return;
  }
  forward(request, choice, caller, gateway, (answer, running) => {
    gateway.running.remove(running);
    gateway.exchanges.release();
    record(gateway, request, route, answer);
    gateway.onExchangeEnded();
  });
}

const callerIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;

/** Gives the request its names: the execution's is always ours, the request's is the caller's if it is usable. */
function arrive(head: RequestHead, clock: Clock): Arrival {
  const startedAt = clock.now();
  const executionId = newId('exe', startedAt);
  const given = head.header('x-request-id');
  const requestId = given !== undefined && callerIdPattern.test(given) ? given : executionId;
  return { executionId, requestId, startedAt, arrivedMs: clock.monotonicMs() };
}

/** Of a request whose workspace is not known to be the caller's: counted, but no execution. */
function refuseUnmetered(
  caller: CallerRequest,
  gateway: GatewayParts,
  arrival: Arrival,
  error: BeelineError,
): void {
  refuseRequest(caller, error, 'gateway', arrival, gateway.clock.now());
  gateway.metrics.refused(error.code);
}

function refuseMetered(
  caller: CallerRequest,
  gateway: GatewayParts,
  request: InferenceRequest,
  route: RouteEntry | null,
  error: BeelineError,
): void {
  refuseRequest(caller, error, 'gateway', request.arrival, gateway.clock.now());
  record(gateway, request, route, refusedAnswer(httpStatusOf(error.kind), error.code));
}

function record(
  gateway: GatewayParts,
  request: InferenceRequest,
  route: RouteEntry | null,
  answer: Answer,
): void {
  const execution = meter(request, answer, gateway.clock.monotonicMs());
  gateway.metrics.observe(execution, route);
  gateway.usage.add(execution);
}
