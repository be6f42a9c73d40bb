import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asBeelineError, BeelineError, formatDuration, systemClock } from '@beeline/core/base';
import { closeOnSignal, compileConfig, createLogger } from '@beeline/core/service';
import { type Client, createClient } from '@beeline/sdk';
import { type Platform, standaloneSettings, startPlatform } from '@beeline/standalone';
import { readExampleModel } from './read-example-model.ts';
import { repositoryRoot } from './source-files.ts';

const sentence = 'I love this, what a wonderful day';

async function timed<T>(label: string, step: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const value = await step();
  console.log(`  ${label.padEnd(28)} ${formatDuration(performance.now() - started).padStart(8)}`);
  return value;
}

/** The record of an execution reaches control a moment after the answer reached the caller. */
async function readExecution(client: Client, id: string) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await client.executions.get(id);
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function infer(client: Client) {
  const response = await client.run('sentiment', { body: JSON.stringify({ inputs: sentence }) });
  const answer = await response.text();
  if (!response.ok)
    throw new BeelineError('WORKLOAD_UNAVAILABLE', { message: `the first inference failed: ${answer}` });
  return { answer, execution: response.headers.get('x-beeline-execution') ?? '' };
}

function printNextSteps(platform: Platform): void {
  const url = `${platform.runUrl}/${platform.workspace}/models/sentiment`;
  console.log(`
Try next, in another terminal:
  ./bl get models
  ./bl run model sentiment --data '{"inputs": "What a waste of time"}'
  curl -s ${url} -H 'Authorization: Bearer ${platform.apiKey.reveal()}' \\
    -H 'Content-Type: application/json' -d '{"inputs": "Best day ever"}'
  ./bl apply -f examples/chat.yaml --wait
`);
}

async function demonstrate(platform: Platform): Promise<void> {
  const client = createClient({ ...platform });
  const example = await readExampleModel(join(repositoryRoot, 'examples/sentiment.yaml'));
  await timed('applied examples/sentiment.yaml', () => client.models.apply(example));
  const { answer, execution } = await timed('first answer', () => infer(client));
  console.log(`\n  "${sentence}"\n  -> ${answer}\n`);
  const { timings } = await readExecution(client, execution);
  const parts = { queue: timings.queueMs, start: timings.startMs, load: timings.loadMs, run: timings.runMs };
  const split = Object.entries(parts).map(([name, ms]) => `${name} ${formatDuration(ms)}`);
  console.log(`  The first answer took ${formatDuration(timings.totalMs)}: ${split.join(', ')}.`);
}

async function run(): Promise<void> {
  const once = process.argv.includes('--once');
  const home = join(repositoryRoot, '.beeline');
  const config = compileConfig(standaloneSettings, {
    env: {
      BL_DATA_DIR: join(home, 'data'),
      BL_CONFIG: join(home, 'config.yaml'),
      BL_LOG_LEVEL: 'warn',
      ...process.env,
    },
    argv: process.argv.slice(2).filter((argument) => argument !== '--once'),
  });
  const first = !existsSync(config.dataDir);
  const logger = createLogger({ process: 'quickstart', level: config.logLevel });
  console.log(`Beeline quickstart (data in ${config.dataDir})`);
  const platform = await timed(first ? 'made and started the platform' : 'started the platform', () =>
    startPlatform(config, systemClock, logger),
  );

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= platform.close();
    return closing;
  };
  const onSignal = () => console.log('\nDraining; Ctrl-C once more stops at once.');
  closeOnSignal({ logger, onSignal, close });

  try {
    await demonstrate(platform);
  } catch (error) {
    await close();
    throw error;
  }
  if (once) {
    await close();
    return;
  }
  printNextSteps(platform);
  console.log(`Beeline runs at ${platform.runUrl} until Ctrl-C.`);
}

run().catch((thrown: unknown) => {
  const error = asBeelineError(thrown);
  if (error.code === 'PORT_TAKEN') {
    console.error(`error: ${error.message}, here: npm run quickstart -- --port 9000`);
  } else console.error(`error: ${error.code === 'INTERNAL_ERROR' ? error.detail : error.message}`);
  process.exitCode = 1;
});
