import type { Driver, Instance, InstanceSpec } from '@beeline/drivers/interface';

/** A driver whose instances are names: they serve at once, and end when the test says so. */
export interface FakeDriver extends Driver {
  /** Ids of instances that were asked to end, in that order. */
  readonly stopped: readonly string[];
  /** How long each of them got for it, in milliseconds. */
  readonly graces: readonly number[];
  /** Lets those that were asked to end come to their end. */
  finishStops(): void;
}

export function createFakeDriver(): FakeDriver {
  const instances = new Map<string, Instance>();
  const stopped: string[] = [];
  const graces: number[] = [];
  const stopping = new Set<() => void>();
  const exit = { cause: 'stopped', code: 0, signal: null } as const;

  function move(id: string, state: Instance['state'], socketPath: string | null = null): Instance {
    const before = instances.get(id);
    const endpoint = socketPath === null ? (before?.endpoint ?? null) : { socketPath };
    const instance = { id, labels: before?.labels ?? {}, state, endpoint };
    instances.set(id, instance);
    return instance;
  }

  return {
    name: 'fake',
    stopped,
    graces,
    finishStops() {
      for (const finish of [...stopping]) finish();
    },
    async probe() {
      throw new Error('nobody asks a fake driver what it can do');
    },
    async create(spec: InstanceSpec) {
      instances.set(spec.id, { id: spec.id, labels: spec.labels, state: 'created', endpoint: null });
      return move(spec.id, 'created');
    },
    async start(id) {
      const endpoint = { socketPath: `/run/${id}.sock` };
      move(id, 'ready', endpoint.socketPath);
      return { endpoint, answeredMs: 1, readyMs: 2 };
    },
    stop(id, graceMs) {
      if (instances.get(id)?.state === 'exited') return Promise.resolve(exit);
      stopped.push(id);
      graces.push(graceMs);
      move(id, 'stopping');
      return new Promise((resolve) => {
        const finish = () => {
          stopping.delete(finish);
          move(id, 'exited');
          resolve(exit);
        };
        stopping.add(finish);
      });
    },
    async remove(id) {
      instances.delete(id);
    },
    tail: () => [],
    async stats() {
      return { memoryBytes: 0, cpuMs: 0, processes: 1 };
    },
    list: () => [...instances.values()],
    reconcile: async () => [],
    subscribe: () => () => {},
    async close() {},
  };
}
