import { readFile } from 'node:fs/promises';
import type { CallResult } from './call-result.ts';

/** Every request counted. */
export interface Account {
  readonly sent: number;
  readonly answered: number;
  readonly streams: number;
  readonly failed: number;
  /** Answers that began and did not end, or were not their own. */
  readonly cut: number;
  /** Worked on by more than one model server, or more than once. */
  readonly twice: number;
  /** Answered although no model server wrote them down. */
  readonly invented: number;
  /** Kinds of problems with how often each was met and where first, for people. */
  readonly problems: readonly string[];
}

const shownProblems = 10;

/** What calls with the same problem have in common: the platform's code, or the text without its numbers. */
function kindOf(problem: string): string {
  return /"code":"([A-Z_]+)"/.exec(problem)?.[1] ?? problem.replace(/\d+/g, '#');
}

function sumUpProblems(results: readonly CallResult[]): readonly string[] {
  const kinds = new Map<string, { count: number; readonly first: string }>();
  for (const { number, kind, problem } of results) {
    if (problem === null) continue;
    const known = kinds.get(kindOf(problem));
    if (known === undefined) kinds.set(kindOf(problem), { count: 1, first: `${kind} ${number}: ${problem}` });
    else known.count += 1;
  }
  return [...kinds.values()]
    .map(({ count, first }) => `${count} times, first ${first}`)
    .slice(0, shownProblems);
}

/** Draws up the account from what callers got and what the model servers wrote down. */
export function drawUpAccount(results: readonly CallResult[], servedNumbers: readonly number[]): Account {
  const served = new Map<number, number>();
  for (const number of servedNumbers) served.set(number, (served.get(number) ?? 0) + 1);
  const count = (outcome: CallResult['outcome']) => results.filter((one) => one.outcome === outcome).length;
  return {
    sent: results.length,
    answered: count('answered'),
    streams: results.filter(({ kind }) => kind === 'stream').length,
    failed: count('failed'),
    cut: count('cut'),
    twice: [...served.values()].filter((times) => times > 1).length,
    invented: results.filter(({ outcome, number }) => outcome === 'answered' && !served.has(number)).length,
    problems: sumUpProblems(results),
  };
}

/** The numbers that model servers wrote down, in order. */
export async function readServedNumbers(path: string): Promise<readonly number[]> {
  const text = await readFile(path, 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : Number(line)));
}
