import { parseArgs } from 'node:util';
import { type LossReport, runLossScenario } from './run-loss-scenario.ts';
import { startApart } from './start-apart.ts';

/**
 * Many updates, scale-downs and restarts under load, every call counted. Prints the account as a table and as JSON;
 * exits with 1 when a call was lost. Flags: --changes, --calls, --per-second.
 */
const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '100' },
    calls: { type: 'string', default: '100000' },
    'per-second': { type: 'string', default: '400' },
  },
});

function printAccount({ problems, restarts, ...figures }: LossReport): void {
  console.table({
    ...figures,
    'gateway restarts': restarts.gateway,
    'location restarts': restarts.location,
    'control restarts': restarts.control,
  });
  for (const problem of problems) console.log(problem);
}

const apart = await startApart();
try {
  const report = await runLossScenario(apart, {
    perSecond: Number(values['per-second']),
    changes: Number(values.changes),
    calls: Number(values.calls),
    restartEvery: 5,
    onChange: (done, sent) => {
      if (done % 10 === 0) console.log(`${done} updates, ${sent} calls`);
    },
  });
  printAccount(report);
  console.log(JSON.stringify(report));
  if (report.failed + report.cut + report.twice + report.invented > 0) process.exitCode = 1;
} finally {
  await apart.close();
}
