import type { BeelineError, Clock, Logger, RunningList } from '@beeline/core/base';
import type { KeyEntry } from '@beeline/core/contract';
import { type Loop, startLoop } from '@beeline/core/service';
import { credentialExpired, credentialUnknown } from './errors.ts';
import type { RunningForward } from './gateway-parts.ts';
import type { GatewaySnapshot } from './tables/build-snapshot.ts';
import type { GatewayTables } from './tables/create-tables.ts';

/** How long a request may outlive a key that expires. One that is deleted is noticed at once. */
const pauseMs = 500;

/** Why a key is good no longer; null while it is. */
export function decideRevoked(key: KeyEntry, snapshot: GatewaySnapshot, nowMs: number): BeelineError | null {
  const known = snapshot.findKeyById(key.id);
  if (known === undefined) return credentialUnknown();
  const { expiresAt } = known;
  return expiresAt !== null && expiresAt <= nowMs ? credentialExpired(expiresAt) : null;
}

/** Ends the requests whose key was deleted or has expired since they came. */
export function watchKeys(options: {
  readonly tables: GatewayTables;
  readonly running: RunningList<RunningForward>;
  readonly clock: Clock;
  readonly logger: Logger;
}): Loop {
  const { tables, running, clock, logger } = options;
  let forget = () => {};
  const loop = startLoop({
    name: 'watch-keys',
    clock,
    logger,
    pauseMs,
    async lap() {
      forget();
      forget = tables.onceReplaced(() => loop.wake());
      const snapshot = tables.current;
      if (snapshot === null) return;
      const nowMs = clock.now();
      let cut = 0;
      for (const request of running.all()) {
        const error = decideRevoked(request.key, snapshot, nowMs);
        if (error === null) continue;
        request.giveUp(error, 'are cut');
        cut += 1;
      }
      if (cut > 0) logger.info({ requests: cut }, 'requests were ended because their key is good no longer');
    },
  });
  return {
    wake: loop.wake,
    async close() {
      forget();
      await loop.close();
    },
  };
}
