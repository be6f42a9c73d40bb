import { BeelineError } from '@beeline/core/base';
import type {
  AssignmentsMessage,
  FeedClient,
  LogLineMessage,
  ObservedMessage,
  RevisionAssignment,
} from '@beeline/core/contract';

/** Control as a location sees it, in memory. */
export interface FakeFeeds extends FeedClient {
  readonly observed: ObservedMessage[];
  readonly logs: LogLineMessage[];
  /** Assigns exactly these revisions from now on. */
  assign(revisions: readonly RevisionAssignment[]): void;
  /** While down every call rejects with CONNECTION_FAILED. */
  setDown(down: boolean): void;
}

export function createFakeFeeds(location: string): FakeFeeds {
  let message: AssignmentsMessage = { version: 1, location, revisions: [] };
  let down = false;
  const waiting = new Set<() => void>();
  const observed: ObservedMessage[] = [];
  const logs: LogLineMessage[] = [];
  const refuseWhenDown = () => {
    if (down) throw new BeelineError('CONNECTION_FAILED', { message: 'control is down' });
  };
  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };

  return {
    observed,
    logs,
    assign(revisions) {
      message = { version: message.version + 1, location, revisions };
      wakeAll();
    },
    setDown(value) {
      down = value;
      wakeAll();
    },
    async pullRoutes() {
      throw new Error('a location pulls no routes');
    },
    async pullAssignments(after, _waitMs, signal) {
      refuseWhenDown();
      if (message.version > after) return message;
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        signal?.addEventListener('abort', wake, { once: true });
      });
      refuseWhenDown();
      return message.version > after ? message : null;
    },
    async reportObserved(reported) {
      refuseWhenDown();
      observed.push(reported);
    },
    async pushExecutions() {
      throw new Error('a location pushes no executions');
    },
    async pushLogs({ lines }) {
      refuseWhenDown();
      logs.push(...lines);
    },
  };
}
