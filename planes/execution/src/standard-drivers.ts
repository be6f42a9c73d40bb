import { join } from 'node:path';
import type { Clock, Logger } from '@beeline/core/base';
import type { Driver } from '@beeline/drivers/interface';
import { openProcessDriver } from '@beeline/drivers/process';

/** The drivers that a location has, by the generation they provide. */
export function openStandardDrivers(options: {
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly adoptionWindowMs: number;
}): Readonly<Record<string, Driver>> {
  const { directory, ...rest } = options;
  return { process: openProcessDriver({ ...rest, directory: join(directory, 'process') }) };
}
