import { describe, expect, it } from 'vitest';
import { classifyFailure, type FailurePicture } from './classify-failure.ts';

const base: FailurePicture = {
  connected: true,
  unsent: false,
  answered: false,
  reused: true,
  unixSocket: true,
  method: 'POST',
  errorCode: null,
};

describe('a connection that ended', () => {
  it.each<[string, Partial<FailurePicture>, string]>([
    ['before it stood', { connected: false, errorCode: 'ECONNREFUSED' }, 'unreachable'],
    ['after a byte of the answer', { answered: true, errorCode: 'ECONNRESET' }, 'broken'],
    ['before the request had left', { unsent: true, unixSocket: false }, 'undelivered'],
    ['before the request had left, after a byte of the answer', { unsent: true, answered: true }, 'broken'],
    ['by a reset, on a Unix socket', { errorCode: 'ECONNRESET' }, 'undelivered'],
    [
      'by a reset of a new connection, on a Unix socket',
      { errorCode: 'ECONNRESET', reused: false },
      'undelivered',
    ],
    ['by a write that failed, on a Unix socket', { errorCode: 'EPIPE' }, 'undelivered'],
    ['in order, on a Unix socket', {}, 'broken'],
    ['in order, with a request that may run twice', { method: 'GET' }, 'undelivered'],
    ['in order, on a new connection', { method: 'GET', reused: false }, 'broken'],
    ['by a reset, over TCP', { unixSocket: false, errorCode: 'ECONNRESET' }, 'broken'],
    [
      'by a reset, over TCP, with a request that may run twice',
      { unixSocket: false, errorCode: 'ECONNRESET', method: 'GET' },
      'undelivered',
    ],
  ])('%s', (_name, change, expected) => {
    expect(classifyFailure({ ...base, ...change })).toBe(expected);
  });
});
