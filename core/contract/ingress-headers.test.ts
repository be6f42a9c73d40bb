import { expect, test } from 'vitest';
import { lookUpIn } from './credentials.ts';
import { formatWait, readIngressReport } from './ingress-headers.ts';

test("an ingress's answer says which replica served and how long the request was held", () => {
  const headers = {
    'content-type': 'text/plain',
    'x-beeline-replica': 'abc',
    'x-beeline-wait': formatWait({ queueMs: 1.26, startMs: 20, loadMs: 0 }),
  };
  expect(readIngressReport(lookUpIn(headers))).toEqual({
    replica: 'abc',
    wait: { queueMs: 1.3, startMs: 20, loadMs: 0 },
    errorCode: null,
  });
});

test("a location's own error is told from a model's", () => {
  const headers = { 'x-beeline-source': 'location', 'x-beeline-error-code': 'QUEUE_FULL' };
  expect(readIngressReport(lookUpIn(headers))).toMatchObject({ replica: null, errorCode: 'QUEUE_FULL' });
});

test.each(['soon', '-1', 'Infinity', '1e400', '', 'NaN'])('a wait of %j counts as none', (text) => {
  const { wait } = readIngressReport(lookUpIn({ 'x-beeline-wait': `${text};5` }));
  expect(wait).toEqual({ queueMs: 0, startMs: 5, loadMs: 0 });
});

test.each(['', 'a"b', 'a b', 'ü', 'x'.repeat(101)])(
  'a replica or a code that is %j counts as none',
  (text) => {
    const headers = { 'x-beeline-replica': text, 'x-beeline-error-code': text };
    expect(readIngressReport(lookUpIn(headers))).toMatchObject({ replica: null, errorCode: null });
  },
);
