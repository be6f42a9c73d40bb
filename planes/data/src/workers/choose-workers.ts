import { BeelineError } from '@beeline/core/base';

/** More than these have to be asked for: each takes memory, and few gateways need so many. */
const maxAutomatic = 8;

/**
 * How many threads serve requests; `wanted` is null for `auto`. Only Linux spreads connections over those that share
 * a port.
 * @throws BeelineError INVALID_CONFIGURATION where several are wanted and the system cannot.
 */
export function chooseWorkers(
  wanted: number | null,
  machine: { readonly platform: string; readonly processors: number },
): number {
  const canShare = machine.platform === 'linux';
  if (wanted === null) return canShare ? Math.min(machine.processors, maxAutomatic) : 1;
  if (wanted === 1 || canShare) return wanted;
  throw new BeelineError('INVALID_CONFIGURATION', {
    message: `workers must be 1 or auto on ${machine.platform}: only Linux spreads connections over several (received ${wanted})`,
  });
}
