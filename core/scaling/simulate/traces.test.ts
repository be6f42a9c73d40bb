import { expect, test } from 'vitest';
import { parseTrace } from './parse-trace.ts';
import { buildSyntheticTrace } from './synthetic-trace.ts';

const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

test('the conv trace has the published rate and length', () => {
  const trace = buildSyntheticTrace('conv', 1);
  expect(trace.length / 3_502).toBeGreaterThan(5.2);
  expect(trace.length / 3_502).toBeLessThan(5.9);
});

test('the code trace is mostly silence, with bursts', () => {
  const seconds = new Set(buildSyntheticTrace('code', 1).map(({ atMs }) => Math.floor(atMs / 1_000)));
  expect(seconds.size / 3_436).toBeLessThan(0.4);
  const lengths = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => buildSyntheticTrace('code', seed).length);
  expect(mean(lengths)).toBeGreaterThan(6_000);
  expect(mean(lengths)).toBeLessThan(12_000);
});

test('a trace with service times is read, sorted and begun at zero', () => {
  expect(parseTrace('timestamp,service_ms\n12.5,100\n10,50\n')).toEqual([
    { atMs: 0, serviceMs: 50 },
    { atMs: 2_500, serviceMs: 100 },
  ]);
});

test('a trace with tokens is read as Azure publishes it', () => {
  const text = `TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:17:03.9799600,1000,10
2023-11-16 18:17:04.9799600,2000,20`;
  const [first, second] = parseTrace(text);
  expect(first?.serviceMs).toBe(400);
  expect(second?.atMs).toBeCloseTo(1_000, 3);
});

test.each([
  ['no header', '1,2\n3,4', 'line 1 of the trace must be timestamp,service_ms'],
  ['a bad number', 'timestamp,service_ms\n1,2\n3,x', 'line 3 of the trace must have numbers for service_ms'],
  ['a bad time', 'timestamp,service_ms\nsoon,2', 'line 2 of the trace must begin with seconds'],
  ['no request', 'timestamp,service_ms\n', 'line 2 of the trace must be a request'],
])('a trace is refused with the line: %s', (_name, text, message) => {
  expect(() => parseTrace(text)).toThrow(message);
});
