import { BeelineError } from '@beeline/core/base';
import { ingressHeaders, readIngressReport } from '@beeline/core/contract';
import type { ResponseHead } from '@beeline/core/relay';
import { gatewayNotReady } from '../errors.ts';
import type { GatewayParts } from '../gateway-parts.ts';
import { type Choice, choose, chooseElsewhere, type TriedChoices } from './choose.ts';
import type { ModelPath } from './identify.ts';
import { resolve } from './resolve.ts';

/** How long newer routes are waited for when those that are known still lead to the refused revision, in milliseconds. */
const newerRoutesMs = 3_000;

type Sources = Pick<GatewayParts, 'tables' | 'ports' | 'random' | 'clock'>;

function chooseNow(path: ModelPath, { tables, ports, random }: Sources): Choice | BeelineError {
  if (tables.current === null) return gatewayNotReady();
  const route = resolve(path, tables.current);
  return route instanceof BeelineError ? route : choose(route, ports, random);
}

const notTaken: ReadonlySet<string> = new Set([
  'NO_CAPACITY',
  'SHUTTING_DOWN',
  'QUEUE_FULL',
  'REPLICA_FAILED_TO_START',
]);

/** Whether a location that says so did not take a request, so that another one may. */
export const mayBeTakenElsewhere = (code: string): boolean => notTaken.has(code);

/**
 * Why an ingress gives a request back, as the code of its error; null when its answer is for the caller. That it
 * cannot take the request is for the caller, too, unless there is somewhere else to go.
 */
export function readDeclined(head: ResponseHead, hasNext: () => boolean): string | null {
  const undelivered = head.header(ingressHeaders.undelivered);
  if (undelivered !== undefined) return undelivered;
  if (head.status < 400) return null;
  const { errorCode } = readIngressReport((lower) => head.header(lower));
  return errorCode !== null && mayBeTakenElsewhere(errorCode) && hasNext() ? errorCode : null;
}

/** Where a request may go at once that was not taken: anywhere that the routes name now and that it has not been. */
export function chooseNext(
  path: ModelPath,
  tried: TriedChoices,
  { tables, ports }: Pick<Sources, 'tables' | 'ports'>,
): Choice | BeelineError | null {
  if (tables.current === null) return gatewayNotReady();
  const route = resolve(path, tables.current);
  return route instanceof BeelineError ? route : chooseElsewhere(route.targets, ports, undefined, tried);
}

/**
 * Where a request goes that a location did not take because it does not serve the revision: routes have changed while
 * the request was on its way or held, or this gateway is about to hear of it. Gives the first place that has not had the
 * request as soon as there is one, and after 3 s whatever the routes say then. Rejects with the signal's reason.
 */
export function chooseAgain(
  path: ModelPath,
  tried: TriedChoices,
  sources: Sources,
  signal: AbortSignal,
): Promise<Choice | BeelineError> {
  return new Promise((settle, reject) => {
    let stopListening = () => {};
    const finish = (end: () => void) => {
      stopListening();
      cancel();
      signal.removeEventListener('abort', onAbort);
      end();
    };
    const onAbort = () => finish(() => reject(signal.reason));
    const look = () => {
      const choice = chooseNext(path, tried, sources);
      if (choice !== null) finish(() => settle(choice));
      else stopListening = sources.tables.onceReplaced(look);
    };
    const cancel = sources.clock.setTimer(newerRoutesMs, () =>
      finish(() => settle(chooseNow(path, sources))),
    );
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else look();
  });
}
