import type { Clock } from '@beeline/core/base';
import { formatProgress, ingressHeaders, type LocationPort } from '@beeline/core/contract';
import { type CallerRequest, headerLine } from '@beeline/core/relay';

/** How often a gateway that wants to know hears of a held request, in milliseconds. */
const everyMs = 1_000;

/** Tells a gateway that asked for it how the replica wakes, in interim answers, until it is stopped. */
export function tellProgress(
  caller: CallerRequest,
  parts: { readonly clock: Clock; readonly port: LocationPort },
  revision: string,
): () => void {
  const { clock, port } = parts;
  if (caller.head.header(ingressHeaders.progress) !== 'events' || port.progress === undefined)
    return () => {};
  let cancel = () => {};
  const tell = () => {
    const progress = port.progress?.(revision);
    if (progress !== undefined) caller.interim(headerLine(ingressHeaders.progress, formatProgress(progress)));
    cancel = clock.setTimer(everyMs, tell);
  };
  tell();
  return () => cancel();
}
