import type { Clock } from '@beeline/core/base';
import type { AcquireRequest } from '@beeline/core/contract';

/**
 * Holds requests for revisions that are not assigned here yet: a gateway may hear of a new deployment some
 * milliseconds before its location does.
 */
export interface AssignmentWait {
  /** Resolves when `arrived` names the revision or the time is over; rejects with the signal's reason. */
  hold(request: AcquireRequest): Promise<void>;
  /** New assignments are in place. */
  arrived(isAssigned: (revision: string) => boolean): void;
}

export function createAssignmentWait(clock: Clock, limitMs: number): AssignmentWait {
  const held = new Map<AcquireRequest, () => void>();
  return {
    hold(request) {
      const { signal } = request;
      if (signal.aborted) return Promise.reject(signal.reason);
      return new Promise((resolve, reject) => {
        const leave = () => {
          held.delete(request);
          cancel();
          signal.removeEventListener('abort', onAbort);
        };
        const finish = () => {
          leave();
          resolve();
        };
        const onAbort = () => {
          leave();
          reject(signal.reason);
        };
        const cancel = clock.setTimer(limitMs, finish);
        signal.addEventListener('abort', onAbort);
        held.set(request, finish);
      });
    },
    arrived(isAssigned) {
      for (const [{ revision }, finish] of [...held]) if (isAssigned(revision)) finish();
    },
  };
}
