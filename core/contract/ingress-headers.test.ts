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

test('a wait that is no number counts as none', () => {
  const { wait } = readIngressReport(lookUpIn({ 'x-beeline-wait': 'soon;5' }));
  expect(wait).toEqual({ queueMs: 0, startMs: 5, loadMs: 0 });
});
