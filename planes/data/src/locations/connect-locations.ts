import type { Clock, Secret } from '@beeline/core/base';
import type { LocationPort } from '@beeline/core/contract';
import type { GatewayProcessConfig } from '../config.ts';
import { parseLocations } from './parse-locations.ts';
import { createRemoteLocation } from './remote-location.ts';

/**
 * The locations that a gateway process was told of.
 * @throws BeelineError INVALID_CONFIGURATION naming the entry that is wrong.
 */
export function connectLocations(
  config: Pick<GatewayProcessConfig, 'locations' | 'locationWait'>,
  token: Secret,
  clock: Clock,
): readonly LocationPort[] {
  return parseLocations(config.locations).map((address) =>
    createRemoteLocation({ ...address, token, clock, holdMs: config.locationWait }),
  );
}
