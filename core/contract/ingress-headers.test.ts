import { expect, test } from 'vitest';
import { formatWait, takeIngressReport } from './ingress-headers.ts';

test("the ingress's own headers are read and taken out, the model's stay in their order", () => {
  const headers = [
    'Content-Type',
    'text/plain',
    'X-Beeline-Replica',
    'abc',
    'set-cookie',
    'a=1',
    'x-beeline-wait',
    formatWait({ queueMs: 1.26, startMs: 20, loadMs: 0 }),
    'set-cookie',
    'b=2',
  ];
  expect(takeIngressReport(headers)).toEqual({
    replica: 'abc',
    wait: { queueMs: 1.3, startMs: 20, loadMs: 0 },
    errorCode: null,
  });
  expect(headers).toEqual(['Content-Type', 'text/plain', 'set-cookie', 'a=1', 'set-cookie', 'b=2']);
});

test("a location's own error is told from a model's and keeps its headers", () => {
  const headers = ['x-beeline-source', 'location', 'x-beeline-error-code', 'QUEUE_FULL'];
  expect(takeIngressReport(headers)).toMatchObject({ replica: null, errorCode: 'QUEUE_FULL' });
  expect(headers).toHaveLength(4);
});

test('a wait that is no number counts as none', () => {
  expect(takeIngressReport(['x-beeline-wait', 'soon;5']).wait).toEqual({ queueMs: 0, startMs: 5, loadMs: 0 });
});
