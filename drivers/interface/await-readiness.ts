import { request } from 'node:http';
import { BeelineError, type Clock, sleep } from '@beeline/core/base';
import type { Endpoint } from './driver.ts';

export interface ReadinessOptions {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Aborts when the instance has ended; its reason is what the wait rejects with. */
  readonly signal: AbortSignal;
}

const firstPauseMs = 10;
const maxPauseMs = 100;
const pauseGrowth = 1.15;
const attemptMs = 2_000;

/** Status of `GET path`, or null when nothing answered. */
export function probeHealth(
  endpoint: Endpoint,
  path: string,
  timeoutMs: number = attemptMs,
): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = request({ ...endpoint, path, agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode ?? null);
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(null));
    probe.on('close', () => resolve(null));
    probe.end();
  });
}

/**
 * Polls until the server answers 200, often at first and then less.
 * @throws BeelineError READINESS_TIMEOUT; rejects with the signal's reason.
 */
export async function awaitReadiness(
  options: ReadinessOptions,
): Promise<{ readonly answeredMs: number; readonly readyMs: number }> {
  const { clock, signal } = options;
  const startedAt = clock.monotonicMs();
  const elapsedMs = () => clock.monotonicMs() - startedAt;
  let answeredMs: number | null = null;
  let lastStatus: number | null = null;
  let pauseMs = firstPauseMs;
  for (;;) {
    signal.throwIfAborted();
    const status = await probeHealth(options.endpoint, options.path);
    signal.throwIfAborted();
    if (status !== null) {
      answeredMs ??= elapsedMs();
      lastStatus = status;
    }
    if (status === 200) return { answeredMs: answeredMs ?? elapsedMs(), readyMs: elapsedMs() };
    if (elapsedMs() >= options.timeoutMs) {
      const seen = lastStatus === null ? 'never answered' : `last answered ${lastStatus}`;
      throw new BeelineError('READINESS_TIMEOUT', {
        message: `the model server was not ready within ${options.timeoutMs} ms: ${options.path} ${seen}`,
      });
    }
    await sleep(clock, Math.min(pauseMs, Math.max(1, options.timeoutMs - elapsedMs())), signal);
    pauseMs = Math.min(maxPauseMs, pauseMs * pauseGrowth);
  }
}
