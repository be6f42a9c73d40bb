import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaunchRequest, LaunchSpec } from '../launch-spec.ts';
import type { Runtime } from '../runtime.ts';
import type { RuntimePool } from '../runtime-pool.ts';
import { type Answer, type Call, callServer, type OpenAnswer, openCall } from './call-server.ts';

/** How a server process ended. */
export interface ServerEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real server process started from its launch spec. */
export interface StartedServer {
  readonly spec: LaunchSpec;
  call(path: string, call?: Call): Promise<Answer>;
  open(path: string, call?: Call): Promise<OpenAnswer>;
  /** Waits until readiness answers 200; returns every status seen on the way, repeats left out. */
  untilReady(): Promise<number[]>;
  /** Waits until anything at all answers at the readiness path; returns its status. */
  untilListening(): Promise<number>;
  /** Value of a metric without regard to labels (summed), 0 when it does not exist. */
  metric(name: string): Promise<number>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<ServerEnd>;
  /** Stops the process if it still runs and removes its directory. */
  close(): Promise<void>;
}

/** `claimed`: started without a model, and told it on its socket. */
export type StartKind = 'launched' | 'claimed';

/** Starts a server of `runtime` on a socket in a fresh directory. */
export async function startServer(
  runtime: Runtime,
  request: Pick<LaunchRequest, 'modelDirectory'> & Partial<LaunchRequest>,
  start: StartKind = 'launched',
): Promise<StartedServer> {
  const directory = await mkdtemp(join(tmpdir(), 'runtime-suite-'));
  const socketPath = join(directory, 'server.sock');
  const launch: LaunchRequest = {
    socketPath,
    modelName: 'fixture',
    task: null,
    dtype: null,
    envs: {},
    startTimeoutMs: 30_000,
    ...request,
  };
  const spec = runtime.buildLaunchSpec(launch);
  const waiting = start === 'claimed' ? requirePool(runtime).buildSpec(launch) : null;
  const [program = '', ...argv] = (waiting ?? spec).argv;
  const child = spawn(program, argv, {
    env: { ...(waiting ?? spec).env },
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = collect(child);
  let running = true;
  void ended.then(() => {
    running = false;
  });

  async function probe(path: string): Promise<number | null> {
    const answer = await callServer(socketPath, path).catch(() => null);
    return answer?.status ?? null;
  }

  async function poll(isDone: (status: number) => boolean, path = spec.ready.path): Promise<number[]> {
    const seen: number[] = [];
    const deadline = performance.now() + spec.ready.timeoutMs;
    for (;;) {
      const status = await probe(path);
      if (status !== null && status !== seen.at(-1)) seen.push(status);
      if (status !== null && isDone(status)) return seen;
      if (!running) throw new Error(`the server ended before it was ready: ${(await ended).stderr}`);
      if (performance.now() > deadline) throw new Error(`not ready within ${spec.ready.timeoutMs} ms`);
    }
  }

  async function claim(path: string): Promise<void> {
    const spec = requirePool(runtime).buildClaim(launch);
    if (spec === null) throw new Error('this request cannot be claimed');
    await poll((status) => status === 200, path);
    const { status, text } = await callServer(socketPath, spec.path, { method: 'POST', body: spec.body });
    if (status !== 202) throw new Error(`the claim was refused with ${status}: ${text}`);
  }
  if (waiting !== null) await claim(waiting.ready.path);

  return {
    spec,
    ended,
    call: (path, call) => callServer(socketPath, path, call),
    open: (path, call) => openCall(socketPath, path, call),
    untilReady: () => poll((status) => status === 200),
    untilListening: async () => (await poll(() => true))[0] ?? 0,
    async metric(name) {
      const page = await callServer(socketPath, spec.metricsPath ?? '/metrics');
      return parsePrometheus(page.text)
        .filter((sample) => sample.name === name)
        .reduce((sum, { value }) => sum + value, 0);
    },
    signal: (signal) => {
      child.kill(signal);
    },
    async close() {
      if (running) child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function requirePool(runtime: Runtime): RuntimePool {
  if (runtime.pool === undefined) throw new Error(`runtime ${runtime.name} has no pool`);
  return runtime.pool;
}

function collect(child: ChildProcess): Promise<ServerEnd> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** One line of a Prometheus page. */
export interface Sample {
  readonly name: string;
  readonly value: number;
}

/**
 * Reads the Prometheus text format.
 * @throws Error naming the first line that is none.
 */
export function parsePrometheus(page: string): Sample[] {
  const samples: Sample[] = [];
  const line =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*\})? (\S+)( \d+)?$/;
  for (const text of page.split('\n')) {
    if (text === '' || text.startsWith('#')) continue;
    const [, name, , value] = line.exec(text) ?? [];
    if (name === undefined || Number.isNaN(Number(value?.replace('Inf', 'Infinity')))) {
      throw new Error(`not a line of the Prometheus text format: ${text}`);
    }
    samples.push({ name, value: Number(value) });
  }
  return samples;
}
