import { createFakeClock, type FakeClock } from '@beeline/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Store } from '../store/open-store.ts';
import { emptyStore } from './empty-store.ts';
import { openTestApi, type TestAnswer, type TestApi } from './open-test-api.ts';
import { openTestStore } from './open-test-store.ts';

/** The API for the tests of one file: a store for all of them, emptied before each, and calls by an admin. */
export interface UsedTestApi {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly api: TestApi;
  get(path: string, headers?: Record<string, string>): Promise<TestAnswer>;
  post(path: string, body: unknown): Promise<TestAnswer>;
  put(path: string, body: unknown): Promise<TestAnswer>;
  remove(path: string): Promise<TestAnswer>;
}

export function useTestApi(): UsedTestApi {
  let store: Store;
  let api: TestApi;
  let clock: FakeClock;
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    await emptyStore(store);
    clock = createFakeClock();
    api = await openTestApi(store, clock);
  });
  afterEach(() => api.close());
  return {
    get store() {
      return store;
    },
    get clock() {
      return clock;
    },
    get api() {
      return api;
    },
    get: (path, headers = {}) => api.send({ path, headers }),
    post: (path, body) => api.send({ method: 'POST', path, body }),
    put: (path, body) => api.send({ method: 'PUT', path, body }),
    remove: (path) => api.send({ method: 'DELETE', path }),
  };
}
