import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BeelineError, suggestName } from '@beeline/core/base';
import { syntheticTraces } from '@beeline/core/scaling';
import { type Command, InvalidArgumentError } from 'commander';
import { type CliIo, writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { formatData } from '../output/format-data.ts';
import { countFlag, durationFlag, replicasFlag, seedFlag } from '../settings/flag-values.ts';
import { addGlobalOptions, type OutputFormat, readGlobalOptions } from '../settings/global-options.ts';
import { drawChart } from '../simulate/chart/draw-chart.ts';
import { describeComparison, describeTraces, formatComparison } from '../simulate/format-comparison.ts';
import { parseSeeds } from '../simulate/parse-seeds.ts';
import { policyTable } from '../simulate/policy-table.ts';
import { readTraces } from '../simulate/read-traces.ts';
import { runPolicies } from '../simulate/run-policies.ts';
import { buildSimulateSettings, type SimulateFlags } from '../simulate/simulate-settings.ts';
import { show } from '../terminal/show.ts';

const policyNames = policyTable.map(({ name }) => name);

const help = `
Policies:
${policyTable.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

With several seeds the table has medians, and in brackets the lowest and the highest; the chart shows the first seed.

Examples:
  bl simulate                                     a steady hour of chat, at three costs of a start
  bl simulate --trace code --seeds 5              five traces, so that no lucky one decides
  bl simulate --trace code --start-cost 5s --policies beeline,knative,hpa --chart code.svg
  bl simulate --trace requests.csv --max-replicas 4 --retention 5m -o json`;

function policiesFlag(text: string): readonly string[] {
  const names = text.split(',');
  for (const name of names) {
    if (policyNames.includes(name)) continue;
    const near = suggestName(name, policyNames);
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    throw new InvalidArgumentError(`It must be one or more of ${policyNames.join(', ')}.${hint}`);
  }
  return names;
}

function seedsFlag(text: string): readonly number[] {
  const seeds = parseSeeds(text);
  if (seeds !== undefined) return seeds;
  throw new InvalidArgumentError('It must be a count such as 5, or seeds such as 4,9 or 11-13; at most 100.');
}

function chartFlag(text: string): string {
  if (text.toLowerCase().endsWith('.svg')) return text;
  throw new InvalidArgumentError('It must end in .svg: charts are drawn as SVG, which browsers show.');
}

function metricFlag(text: string): SimulateFlags['metric'] {
  if (text === 'concurrency') return text;
  const why =
    text === 'cpu' || text === 'memory'
      ? ` Scaling by ${text} cannot be simulated: a trace does not say what its requests use.`
      : '';
  throw new InvalidArgumentError(`It must be concurrency.${why}`);
}

export function defineSimulate(command: Command, { io }: CommandContext): void {
  command
    .option('--trace <name>', `${syntheticTraces.join(', ')}, or a CSV file`, 'conv')
    .option('--policies <names>', 'which to compare, with commas between (default: all)', policiesFlag)
    .option('--seed <number>', 'of a trace that is made by chance (default: 1)', seedFlag)
    .option('--seeds <list>', 'several: how many, or which (5, or 4,9, or 11-13)', seedsFlag)
    .option(
      '--start-cost <duration>',
      'how long a replica takes to start; may be repeated (default: 25ms, 5s, 60s)',
      (text: string, before: readonly number[] = []) => [...before, durationFlag(text)],
    )
    .option(
      '--metric <name>',
      'what the target counts; a trace does not say what requests use of cpu and memory',
      metricFlag,
      'concurrency',
    )
    .option('--target <count>', 'requests at once that a replica takes', countFlag, 8)
    .option('--min-replicas <count>', 'kept without any request', replicasFlag, 0)
    .option('--max-replicas <count>', 'upper bound', countFlag, 64)
    .option('--scale-up-minimum <count>', 'started when there is none', countFlag, 1)
    .option('--stable-window <duration>', 'demand is averaged over this time (default: 60s)', durationFlag)
    .option('--scale-down-delay <duration>', 'reduced load must last this long', durationFlag)
    .option('--retention <duration>', 'how long the last replica outlives the last request', durationFlag)
    .option('--keep-alive <duration>', 'how long keep-alive keeps (default: 60s)', durationFlag)
    .option('--chart <file>', 'write replicas and waiting requests over time as SVG', chartFlag)
    .addHelpText('after', help)
    .action((flags: SimulateFlags) => runSimulate(io, flags, readGlobalOptions(command).output));
  addGlobalOptions(command);
}

async function writeChart(path: string, svg: string): Promise<void> {
  await writeFile(path, svg).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `the chart cannot be written to ${path} (${reason}); name another file with --chart`;
    throw new BeelineError('USAGE_ERROR', { message, cause });
  });
}

async function runSimulate(io: CliIo, flags: SimulateFlags, output: OutputFormat): Promise<void> {
  const settings = buildSimulateSettings(flags);
  const traces = await readTraces(flags, io.cwd);
  const compared = runPolicies(traces, settings);
  const title = describeTraces(flags.trace, traces, settings.bounds.target);
  if (flags.chart !== undefined) {
    await writeChart(resolve(io.cwd, flags.chart), drawChart({ title, compared }));
  }
  if (output === 'table' || output === 'pretty') {
    await writeLine(io.stdout, show`${title}\n\n${formatComparison(compared)}`);
    return;
  }
  const data = describeComparison(flags.trace, traces, settings, compared);
  await writeLine(io.stdout, formatData(data, output));
}
