import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@beeline/core/base';
import type { ModelInput } from '@beeline/core/resources';
import { compileConfig } from '@beeline/core/service';
import { waitFor } from '@beeline/core/testing';
import { type Client, createClient } from '@beeline/sdk';
import { type Platform, type PlatformParts, standaloneSettings, startPlatform } from '@beeline/standalone';

const fixtures = join(import.meta.dirname, '../../runtimes/transformers/fixtures/models');

/** Origin of one of the tiny models that come with the repository. */
export const fixtureOrigin = (name: string): string => `file://${join(fixtures, name)}`;

export interface TestPlatform {
  readonly client: Client;
  readonly platform: Platform;
  readonly directory: string;
  /** Stops everything and starts it again on the same directory and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

async function start(
  directory: string,
  port: number,
  parts: PlatformParts,
  flags: readonly string[],
): Promise<Platform> {
  const config = compileConfig(standaloneSettings, {
    env: {},
    argv: [
      '--data-dir',
      join(directory, 'data'),
      '--config',
      join(directory, 'config.yaml'),
      '--port',
      String(port),
      ...flags,
    ],
  });
  return startPlatform(config, systemClock, silentLogger, parts);
}

/** The whole platform in this process: real database, real engine processes, a port of its own. */
export async function startTestPlatform(
  parts: PlatformParts = {},
  flags: readonly string[] = [],
): Promise<TestPlatform> {
  const directory = await mkdtemp(join(tmpdir(), 'beeline-journey-'));
  let platform = await start(directory, 0, parts, flags);
  let client = createClient(platform);
  return {
    get client() {
      return client;
    },
    get platform() {
      return platform;
    },
    directory,
    async restart() {
      await platform.close();
      platform = await start(directory, Number(new URL(platform.runUrl).port), parts, flags);
      client = createClient(platform);
    },
    async close() {
      await platform.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface SentimentOptions {
  readonly name: string;
  readonly environment?: string;
  readonly fixture?: string;
  readonly model?: string;
  readonly dtype?: 'fp32' | 'q8';
  readonly enabled?: boolean;
  readonly scaling?: NonNullable<ModelInput['spec']['serverlessConfig']>;
}

/** A model document for one of the fixtures; replicas leave 30 s after their last request unless told otherwise. */
export function sentimentModel(options: SentimentOptions): ModelInput {
  return {
    metadata: { name: options.name, environment: options.environment ?? 'production' },
    spec: {
      enabled: options.enabled ?? true,
      runtime: {
        model: options.model ?? fixtureOrigin(options.fixture ?? 'sentiment'),
        ...(options.dtype === undefined ? {} : { dtype: options.dtype }),
      },
      serverlessConfig: { lastPodRetentionPeriod: '30s', scaleDownDelay: '0', ...options.scaling },
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
  /** Id of the execution. */
  readonly execution: string;
}

/** Asks a sentiment model about one sentence. */
export async function ask(
  client: Client,
  name: string,
  sentence: string,
  environment?: string,
): Promise<Answer> {
  const response = await client.run(name, { environment, body: JSON.stringify({ inputs: sentence }) });
  const { headers, status } = response;
  return {
    status,
    body: await response.json(),
    headers,
    execution: headers.get('x-beeline-execution') ?? '',
  };
}

/** Waits until a deployment has a status. */
export async function waitForStatus(
  client: Client,
  name: string,
  status: string,
  environment?: string,
): Promise<void> {
  let last = '';
  await waitFor(
    `${name} to be ${status}`,
    async () => {
      const model = await client.models.get(name, environment === undefined ? {} : { environment });
      last = model.status;
      return last === status;
    },
    30_000,
  ).catch((error: unknown) => {
    throw new Error(`${name} is ${last} instead of ${status}`, { cause: error });
  });
}

/** Waits until a deployment holds no compute at all. */
export async function waitForZero(client: Client, name: string): Promise<void> {
  await waitFor(
    `${name} to be without replicas`,
    async () => {
      const { replicas } = (await client.models.get(name)).observed;
      return replicas.ready + replicas.starting + replicas.draining === 0;
    },
    20_000,
  );
}
