import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/index.ts';
import {
  asBeelineError,
  BeelineError,
  backoffMs,
  describeViolations,
  newId,
  Secret,
  sleep,
  suggestName,
} from './index.ts';

describe('errors', () => {
  it('take kind and retryability from their code', () => {
    const error = new BeelineError('QUEUE_FULL', { message: 'wait', retryAfterMs: 500 });
    expect(error).toMatchObject({ kind: 'exhausted', retryable: true, retryAfterMs: 500, fields: [] });
  });

  it('keep an unknown failure out of the public sentence', () => {
    const error = asBeelineError(new Error('password is hunter2'));
    expect(error.code).toBe('INTERNAL_ERROR');
    expect(error.message).not.toContain('hunter2');
    expect(error.detail).toContain('hunter2');
  });

  it('describe a violation with its rule, what was received and the way out', () => {
    const text = describeViolations([
      { field: 'spec.a', rule: 'must be a number', received: '"x"', hint: 'write 5' },
    ]);
    expect(text).toBe('spec.a must be a number (received "x"); write 5');
  });
});

describe('ids', () => {
  it('sort by time and differ', () => {
    const ids = [newId('exe', 1_000), newId('exe', 2_000), newId('exe', 3_000)];
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 1_000 }, () => newId('exe', 1))).size).toBe(1_000);
    expect(ids[0]).toMatch(/^exe_[0-9a-z]{22}$/);
  });
});

describe('secrets', () => {
  it('print as stars however they are printed', () => {
    const secret = new Secret('hunter2');
    expect(
      [String(secret), JSON.stringify({ secret }), inspect({ secret }), `${secret}`].join(' '),
    ).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2');
  });
});

describe('backoff', () => {
  it('grows with each failure up to its bound and takes off at most half', () => {
    const options = { firstMs: 100, maxMs: 1_000 };
    expect([1, 2, 3, 9].map((failures) => backoffMs(failures, options, () => 0))).toEqual([
      100, 200, 400, 1_000,
    ]);
    expect(backoffMs(1, options, () => 1)).toBe(50);
  });
});

describe('names', () => {
  it('are suggested when one is near', () => {
    expect(suggestName('maxNumReplica', ['minNumReplicas', 'maxNumReplicas'])).toBe('maxNumReplicas');
    expect(suggestName('colour', ['minNumReplicas'])).toBeUndefined();
  });
});

describe('sleep', () => {
  it('ends at its time, or at once when aborted, and leaves no timer', async () => {
    const clock = createFakeClock();
    let ended = 0;
    const abort = new AbortController();
    void sleep(clock, 1_000).then(() => ended++);
    void sleep(clock, 5_000, abort.signal).then(() => ended++);
    await clock.advance(999);
    expect(ended).toBe(0);
    await clock.advance(1);
    expect(ended).toBe(1);
    abort.abort();
    await clock.advance(0);
    expect(ended).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });
});
