import { BeelineError } from '@beeline/core/base';
import { gatewayNotReady } from '../errors.ts';
import type { GatewayParts } from '../gateway-parts.ts';
import { type Choice, choose } from './choose.ts';
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

/**
 * Where a request goes that a location did not take because it does not serve the revision: routes have changed while
 * the request was on its way or held, or this gateway is about to hear of it. Gives what the routes say as soon as
 * that is something else, and after 3 s whatever they say then. Rejects with the signal's reason.
 */
export function chooseAgain(
  path: ModelPath,
  refused: string,
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
      const choice = chooseNow(path, sources);
      if (choice instanceof BeelineError || choice.revision !== refused) finish(() => settle(choice));
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
