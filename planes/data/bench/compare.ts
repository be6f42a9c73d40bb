import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address, Part } from './start-part.ts';

/** One of those that are compared. */
export interface Contender {
  readonly name: 'direct' | 'nginx' | 'gateway';
  readonly port: number;
  /** Where streams are asked for. */
  readonly streams: Address;
  readonly part: Part;
}

export type Figures = Record<string, number>;

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Runs the contenders in turn, several times, and gives the median of each figure. */
export async function interleave(
  contenders: readonly Contender[],
  times: number,
  run: (contender: Contender) => Promise<Figures>,
): Promise<Map<string, Figures>> {
  const all = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < times; round += 1) {
    for (const contender of contenders) all.get(contender.name)?.push(await run(contender));
  }
  const medians = new Map<string, Figures>();
  for (const [name, figures] of all) {
    const names = Object.keys(figures[0] ?? {});
    medians.set(
      name,
      Object.fromEntries(names.map((key) => [key, median(figures.map((each) => each[key] ?? 0))])),
    );
  }
  return medians;
}

const results: Record<string, Record<string, Figures>> = {};

/** One line of the table. */
export const pad = (values: readonly string[]) =>
  values.map((value, index) => (index === 0 ? value.padEnd(34) : value.padStart(10))).join(' ');

/** One line for each figure: direct, nginx, ours, and ours as a multiple of nginx's. */
export function report(title: string, medians: Map<string, Figures>): void {
  results[title] = Object.fromEntries(medians);
  const of = (name: string, key: string) => medians.get(name)?.[key];
  for (const key of Object.keys(medians.get('gateway') ?? {})) {
    const cell = (value: number | undefined) =>
      value === undefined ? '-' : value.toFixed(value < 100 ? 3 : 0);
    const [direct, nginx, ours] = [of('direct', key), of('nginx', key), of('gateway', key)];
    const ratio = ours === undefined || nginx === undefined || nginx === 0 ? '-' : (ours / nginx).toFixed(2);
    console.log(pad([`${title}: ${key}`, cell(direct), cell(nginx), cell(ours), ratio]));
  }
}

/** Keeps everything that was reported. */
export function saveResults(rounds: number, seconds: number): void {
  const directory = fileURLToPath(import.meta.resolve('../../../bench-results'));
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'gateway.json');
  const machine = { processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  writeFileSync(
    path,
    `${JSON.stringify({ at: new Date().toISOString(), machine, rounds, seconds, results }, null, 2)}\n`,
  );
  console.log(`saved to ${path}`);
}
