import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BeelineError, formatDuration } from '@beeline/core/base';
import { buildSyntheticTrace, parseTrace, syntheticTraces, type TraceRequest } from '@beeline/core/scaling';
import type { Command } from 'commander';
import { type CliIo, writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { formatData } from '../output/format-data.ts';
import { formatTable } from '../output/format-table.ts';
import { countFlag, durationFlag, replicasFlag, seedFlag } from '../settings/flag-values.ts';
import { addGlobalOptions, type OutputFormat, readGlobalOptions } from '../settings/global-options.ts';
import { drawChart } from '../simulate/draw-chart.ts';
import { type PolicyRun, runPolicies } from '../simulate/run-policies.ts';
import { buildSimulateSettings, type SimulateFlags } from '../simulate/simulate-settings.ts';

const examples = `
Examples:
  bl simulate                                     a steady hour of chat, at three costs of a start
  bl simulate --trace code --start-cost 5s --chart code.svg
  bl simulate --trace requests.csv --max-replicas 4 --retention 5m -o json`;

export function defineSimulate(command: Command, { io }: CommandContext): void {
  command
    .option('--trace <name>', `${syntheticTraces.join(', ')}, or a CSV file`, 'conv')
    .option('--seed <number>', 'of a trace that is made by chance', seedFlag, 1)
    .option(
      '--start-cost <duration>',
      'how long a replica takes to start; may be repeated (default: 25ms, 5s, 60s)',
      (text: string, before: readonly number[] = []) => [...before, durationFlag(text)],
    )
    .option('--target <count>', 'requests at once that a replica takes', countFlag, 8)
    .option('--min-replicas <count>', 'kept without any request', replicasFlag, 0)
    .option('--max-replicas <count>', 'upper bound', countFlag, 64)
    .option('--scale-up-minimum <count>', 'started when there is none', countFlag, 1)
    .option('--stable-window <duration>', 'demand is averaged over this time', durationFlag, 60_000)
    .option('--scale-down-delay <duration>', 'reduced load must last this long', durationFlag)
    .option('--retention <duration>', 'how long the last replica outlives the last request', durationFlag)
    .option('--keep-alive <duration>', 'of the policy that keeps for a fixed time', durationFlag, 60_000)
    .option('--chart <file>', 'write replicas and waiting requests over time as SVG')
    .addHelpText('after', examples)
    .action((flags: SimulateFlags) => runSimulate(io, flags, readGlobalOptions(command).output));
  addGlobalOptions(command);
}

async function readTrace(io: CliIo, { trace, seed }: SimulateFlags): Promise<readonly TraceRequest[]> {
  const name = syntheticTraces.find((one) => one === trace);
  if (name !== undefined) return buildSyntheticTrace(name, seed);
  const path = resolve(io.cwd, trace);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BeelineError('USAGE_ERROR', {
      message: `--trace must be ${syntheticTraces.join(', ')} or a CSV file that can be read (received ${trace})`,
      cause,
    });
  });
  return parseTrace(text);
}

const seconds = (ms: number) => (ms / 1_000).toFixed(2);

function formatRuns(runs: readonly PolicyRun[]): string {
  const head = [
    'START',
    'POLICY',
    'WAIT P50',
    'WAIT P99',
    'WAITED FOR START',
    'STARTS',
    'REPLICA-SECONDS',
    'PEAK',
  ];
  const rows = runs.map(({ startMs, policy, summary }) => [
    formatDuration(startMs),
    policy,
    `${seconds(summary.waitP50Ms)}s`,
    `${seconds(summary.waitP99Ms)}s`,
    String(summary.coldStarts),
    String(summary.replicaStarts),
    String(summary.replicaSeconds),
    String(summary.peakReplicas),
  ]);
  return formatTable([head, ...rows]);
}

async function runSimulate(io: CliIo, flags: SimulateFlags, output: OutputFormat): Promise<void> {
  const requests = await readTrace(io, flags);
  const runs = runPolicies(requests, buildSimulateSettings(flags));
  if (flags.chart !== undefined) {
    const named = runs.map(({ startMs, policy, result }) => ({
      name: `${policy}, start ${formatDuration(startMs)}`,
      result,
    }));
    await writeFile(resolve(io.cwd, flags.chart), drawChart(named));
  }
  const data = runs.map(({ startMs, policy, summary }) => ({ startMs, policy, ...summary }));
  const forPeople = output === 'table' || output === 'pretty';
  await writeLine(io.stdout, forPeople ? formatRuns(runs) : formatData(data, output));
}
