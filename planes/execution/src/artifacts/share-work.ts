/** Work that is done once for all who want it at the same time, and given up when the last of them has left. */
export interface SharedWork<R, T> {
  /**
   * Joins the work of this name, or begins it. `begin` calls `done` with its result before it ends; each who waits gets
   * what `deliver` makes of it, all of them at once.
   * @throws what the work throws; the reason of the signal when that comes first.
   */
  join(
    name: string,
    begin: (signal: AbortSignal, done: (result: R) => void) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<T>;
}

interface Waiter<T> {
  resolve(delivered: T): void;
  reject(error: unknown): void;
}

interface Running<T> {
  readonly waiters: Set<Waiter<T>>;
  readonly abandoned: AbortController;
}

export function shareWork<R, T>(deliver: (result: R) => T): SharedWork<R, T> {
  const running = new Map<string, Running<T>>();

  function start(name: string, begin: Parameters<SharedWork<R, T>['join']>[1]): Running<T> {
    const one: Running<T> = { waiters: new Set(), abandoned: new AbortController() };
    running.set(name, one);
    const finish = (settle: (waiter: Waiter<T>) => void) => {
      if (running.get(name) === one) running.delete(name);
      const waiters = [...one.waiters];
      one.waiters.clear();
      for (const waiter of waiters) settle(waiter);
    };
    begin(one.abandoned.signal, (result) => finish((waiter) => waiter.resolve(deliver(result)))).catch(
      (error: unknown) => finish((waiter) => waiter.reject(error)),
    );
    return one;
  }

  return {
    async join(name, begin, signal) {
      signal?.throwIfAborted();
      const one = running.get(name) ?? start(name, begin);
      return await new Promise<T>((resolve, reject) => {
        const leave = () => {
          one.waiters.delete(waiter);
          reject(signal?.reason);
          if (one.waiters.size > 0) return;
          if (running.get(name) === one) running.delete(name);
          one.abandoned.abort(signal?.reason);
        };
        const settled = () => signal?.removeEventListener('abort', leave);
        const waiter: Waiter<T> = {
          resolve(delivered) {
            settled();
            resolve(delivered);
          },
          reject(error) {
            settled();
            reject(error);
          },
        };
        one.waiters.add(waiter);
        signal?.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
