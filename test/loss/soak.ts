import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatDuration } from '@beeline/core/base';
import { type LossProgress, type LossReport, runLossScenario } from './run-loss-scenario.ts';
import { type Apart, startApart } from './start-apart.ts';

const logsFolder = join(import.meta.dirname, '../../bench-results/soak');

/**
 * Many updates, scale-downs, kills and restarts under load, every call counted. Prints the account as a table and as
 * JSON; when a call was lost, leaves the logs of all processes in `bench-results/soak` and exits with 1.
 * Run: `npm run soak -- [--changes 100] [--calls 100000] [--per-second 250] [--restart-every 5] [--ingress tcp|unix]`.
 */
const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '100' },
    calls: { type: 'string', default: '100000' },
    'per-second': { type: 'string', default: '250' },
    'restart-every': { type: 'string', default: '5' },
    ingress: { type: 'string', default: 'tcp' },
  },
});
const changes = Number(values.changes);
const calls = Number(values.calls);
const ingress = values.ingress === 'unix' ? 'unix' : 'tcp';

const barWidth = 24;
const quietEveryMs = 10_000;
let toldAt = 0;

/** A bar that is drawn again in place on a terminal, a line now and then elsewhere. */
function showProgress(progress: LossProgress): void {
  const done = Math.min(progress.changes / changes, calls === 0 ? 1 : progress.sent / calls, 1);
  const bar = '#'.repeat(Math.floor(done * barWidth)).padEnd(barWidth, '.');
  const counts = `${progress.changes}/${changes} changes, ${progress.sent}/${calls} calls, ${progress.lost} lost`;
  const line = `[${bar}] ${counts}, ${formatDuration(performance.now())}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}`);
  else if (performance.now() - toldAt >= quietEveryMs) {
    toldAt = performance.now();
    console.log(line);
  }
}

function printAccount({ problems, restarts, ...figures }: LossReport): void {
  console.log();
  console.table({
    ...figures,
    'gateway restarts': restarts.gateway,
    'location restarts': restarts.location,
    'control restarts': restarts.control,
  });
  for (const problem of problems) console.log(problem);
}

async function saveLogs({ control, location, gateways }: Apart): Promise<void> {
  await mkdir(logsFolder, { recursive: true });
  const logs = { control, location, 'gate-a': gateways[0], 'gate-b': gateways[1] };
  for (const [name, { log }] of Object.entries(logs)) await writeFile(join(logsFolder, `${name}.log`), log);
  console.log(`the logs are in ${logsFolder}`);
}

const apart = await startApart({ ingress });
try {
  const report = await runLossScenario(apart, {
    perSecond: Number(values['per-second']),
    changes,
    calls,
    restartEvery: Number(values['restart-every']),
    onProgress: showProgress,
  });
  printAccount(report);
  console.log(JSON.stringify({ ingress, ...report }));
  if (report.failed + report.cut + report.twice + report.invented > 0) {
    process.exitCode = 1;
    await saveLogs(apart);
  }
} finally {
  await apart.close();
}
