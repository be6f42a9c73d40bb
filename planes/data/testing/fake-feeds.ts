import { BeelineError } from '@beeline/core/base';
import type { ExecutionRecord, ExecutionsMessage, FeedClient, RoutesMessage } from '@beeline/core/contract';

/** A control plane that says what the test wants, and can be down. */
export interface FakeFeeds extends FeedClient {
  down: boolean;
  readonly batches: ExecutionsMessage[];
  readonly records: readonly ExecutionRecord[];
  publish(message: RoutesMessage): void;
}

export function createFakeFeeds(first: RoutesMessage | null = null): FakeFeeds {
  let routes = first;
  let published: (() => void) | null = null;
  const batches: ExecutionsMessage[] = [];
  const unused = () => Promise.reject(new Error('a gateway has no business with this feed'));

  const feeds: FakeFeeds = {
    down: false,
    batches,
    get records() {
      return batches.flatMap((batch) => batch.executions);
    },
    publish(message) {
      routes = message;
      published?.();
    },
    async pullRoutes(after, _waitMs, signal) {
      if (feeds.down) throw new BeelineError('CONNECTION_FAILED', { message: 'control is down' });
      if (routes !== null && routes.version > after) return routes;
      await new Promise<void>((resolve) => {
        published = resolve;
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
      return routes !== null && routes.version > after ? routes : null;
    },
    async pushExecutions(message) {
      if (feeds.down) throw new BeelineError('CONNECTION_FAILED', { message: 'control is down' });
      batches.push(JSON.parse(Buffer.from(message).toString()) as ExecutionsMessage);
    },
    pullAssignments: unused,
    reportObserved: unused,
    pushLogs: unused,
  };
  return feeds;
}
