import { silentLogger, systemClock } from '@beeline/core/base';
import type { Driver } from '../interface/index.ts';
import { openProcessDriver } from './process-driver.ts';

/** Opens the driver as the shared suite wants it, in the suite's own process and in the owner that it kills. */
export async function open(
  directory: string,
  options: { readonly adoptionWindowMs?: number },
): Promise<Driver> {
  return openProcessDriver({ directory, clock: systemClock, logger: silentLogger, ...options });
}
