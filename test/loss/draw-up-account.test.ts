import { expect, test } from 'vitest';
import { type CallResult, findFault } from './call-result.ts';
import { drawUpAccount } from './draw-up-account.ts';

const result = (number: number, changes: Partial<CallResult> = {}): CallResult => ({
  number,
  kind: 'unary',
  problem: null,
  outcome: 'answered',
  pid: 1,
  ...changes,
});
const stream = (number: number, upTo: number, end = `data: ${number} end\n\n`) =>
  Array.from({ length: upTo }, (_, event) => `data: ${number} ${event}\n\n`).join('') + end;

test('an account finds what failed, was cut, ran twice or was answered by nobody', () => {
  const results = [
    result(1),
    result(2, { outcome: 'failed', problem: '503' }),
    result(3, { outcome: 'cut', problem: 'half', kind: 'stream' }),
    result(4),
  ];
  expect(drawUpAccount(results, [1, 1, 3])).toEqual({
    sent: 4,
    answered: 2,
    streams: 1,
    failed: 1,
    cut: 1,
    twice: 1,
    invented: 1,
    problems: ['1 times, first unary 2: 503', '1 times, first stream 3: half'],
  });
});

test('an account tells problems of a kind once, and how often they were met', () => {
  const problem = (code: string, id: number) => `503 {"code":"${code}","request_id":"exe_${id}"}`;
  const failed = (number: number, what: string) => result(number, { outcome: 'failed', problem: what });
  const results = [
    failed(1, problem('NO_CAPACITY', 1)),
    failed(2, 'cut after 5 characters'),
    failed(3, problem('NO_CAPACITY', 3)),
    failed(4, 'cut after 17 characters'),
  ];
  expect(drawUpAccount(results, []).problems).toEqual([
    `2 times, first unary 1: ${problem('NO_CAPACITY', 1)}`,
    '2 times, first unary 2: cut after 5 characters',
  ]);
});

test.each([
  ['unary', '{"number":7}', null],
  ['unary', '{"number":8}', 'the answer of call 8'],
  ['stream', stream(7, 10), null],
  ['stream', stream(7, 10, ''), 'event 10 is undefined'],
  ['stream', stream(8, 10), 'event 0 is "data: 8 0"'],
  ['stream', `${stream(7, 10)}data: 7 end\n\n`, '12 events'],
] as const)('the %s answer %j has the fault %j', (kind, body, fault) => {
  expect(findFault(kind, 7, body)).toBe(fault);
});
