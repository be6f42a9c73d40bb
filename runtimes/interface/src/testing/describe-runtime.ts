import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runtime } from '../runtime.ts';
import type { Call } from './call-server.ts';
import { parsePrometheus, type StartedServer, type StartKind, startServer } from './start-server.ts';

/** A model that the suite serves, with requests that fit it. */
export interface RuntimeFixture {
  readonly name: string;
  readonly modelDirectory: string;
  /** The task that the files should be recognised as. */
  readonly task: string;
  /** A file whose loss must make loading fail. */
  readonly weights: string;
  /** Body for `POST /` and what its answer must look like. */
  readonly body: { readonly inputs: unknown; readonly parameters?: object };
  readonly check: (answer: unknown) => void;
  /** Work that takes at least a hundred steps, so that it can be seen running; or why there is none. */
  readonly long: LongWork | { readonly skip: string };
}

export interface LongWork {
  /** A request answered as a whole. */
  readonly whole: { readonly path: string; readonly body: object };
  /** A request answered as server-sent events, and the number of tokens it would produce. */
  readonly stream: { readonly path: string; readonly body: object; readonly tokens: number };
}

export interface RuntimeSuiteOptions {
  readonly maxBodyBytes: number;
  /** Names of the metrics by which the suite sees work start, go on and be given up. */
  readonly metrics: { readonly running: string; readonly completionTokens: string; readonly aborted: string };
}

/** The promises every runtime keeps, proven against real server processes. */
export function describeRuntime(
  runtime: Runtime,
  fixtures: readonly RuntimeFixture[],
  options: RuntimeSuiteOptions,
): void {
  for (const fixture of fixtures) {
    describe(`runtime ${runtime.name} serving ${fixture.name}`, () => {
      describeLoading(runtime, fixture, 'launched');
      describeAnswers(runtime, fixture, options);
      describeLongWork(runtime, fixture, options);
    });
    const name = `runtime ${runtime.name} told ${fixture.name} while it waits`;
    describe.skipIf(runtime.pool === undefined)(`${name} (skipped without a pool)`, () => {
      describeLoading(runtime, fixture, 'claimed');
      describeClaim(runtime, fixture);
    });
  }
}

function describeLoading(runtime: Runtime, fixture: RuntimeFixture, start: StartKind): void {
  it('recognises the task from the files', async () => {
    const inspection = await runtime.inspectModel(fixture.modelDirectory, { task: null, dtype: null });
    expect(inspection).toMatchObject({ ok: true, task: fixture.task });
  });

  it('is not ready until the model is loaded, then is, and refuses work before that', async () => {
    const server = await startServer(runtime, fixture, start);
    try {
      expect(await server.untilListening()).toBe(503);
      const early = await server.call('/', { body: fixture.body });
      expect(early.status).toBe(503);
      expect(early.headers['retry-after']).toBeDefined();
      expect((await server.untilReady()).at(-1)).toBe(200);
      expect((await server.call('/', { body: fixture.body })).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it('ends with an error and one clear last line when the model cannot be loaded', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'runtime-suite-model-'));
    const broken = await mkdtemp(join(tmpdir(), 'runtime-suite-model-'));
    try {
      await cp(fixture.modelDirectory, broken, { recursive: true });
      await truncate(join(broken, fixture.weights), 1000);
      for (const modelDirectory of [empty, broken]) {
        const server = await startServer(runtime, { modelDirectory }, start);
        const { code, stderr } = await server.ended;
        await server.close();
        expect(code).not.toBe(0);
        expect(code).not.toBeNull();
        const last = stderr.trimEnd().split('\n').at(-1) ?? '';
        expect(last.length).toBeGreaterThan(20);
        expect(last).not.toMatch(/^\s+at /);
      }
    } finally {
      await rm(empty, { recursive: true });
      await rm(broken, { recursive: true });
    }
  });

  it('finishes and ends with 0 when it is told to stop', async () => {
    const server = await startServer(runtime, fixture, start);
    await server.untilReady();
    server.signal(server.spec.drain.signal);
    expect((await server.ended).code).toBe(0);
    await server.close();
  });
}

function describeClaim(runtime: Runtime, fixture: RuntimeFixture): void {
  it('answers as one started with its model does, and can be told no other', async () => {
    const server = await startServer(runtime, fixture, 'claimed');
    try {
      await server.untilReady();
      fixture.check((await server.call('/', { body: fixture.body })).json());
      const request = { modelName: 'other', task: null, dtype: null, envs: {}, startTimeoutMs: 1_000 };
      const paths = { modelDirectory: fixture.modelDirectory, socketPath: '/run/other.sock' };
      const again = runtime.pool?.buildClaim({ ...request, ...paths });
      if (again == null) throw new Error('a request without variables can be claimed');
      const { status } = await server.call(again.path, { method: 'POST', body: again.body });
      expect(status).toBe(404);
    } finally {
      await server.close();
    }
  });

  it('leaves a deployment with variables of its own a server of its own', () => {
    const request = { modelName: 'own', task: null, dtype: null, startTimeoutMs: 1_000 };
    const paths = { modelDirectory: fixture.modelDirectory, socketPath: '/run/own.sock' };
    expect(
      runtime.pool?.buildClaim({ ...request, ...paths, envs: { SOME_LIBRARY_SETTING: '1' } }),
    ).toBeNull();
  });
}

function describeAnswers(runtime: Runtime, fixture: RuntimeFixture, options: RuntimeSuiteOptions): void {
  describe('once ready', () => {
    const holder = holdServer(runtime, fixture);

    it('answers POST / with the result of the model and counts its tokens', async () => {
      const answer = await holder.server().call('/', { body: fixture.body });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toContain('application/json');
      fixture.check(answer.json());
      expect(Number(answer.headers['x-usage-prompt-tokens'])).toBeGreaterThan(0);
    });

    it('offers metrics that Prometheus can read', async () => {
      const server = holder.server();
      if (server.spec.metricsPath === null) return;
      const page = await server.call(server.spec.metricsPath);
      expect(page.status).toBe(200);
      expect(parsePrometheus(page.text).length).toBeGreaterThan(5);
    });

    it('describes the loaded model', async () => {
      const server = holder.server();
      if (server.spec.infoPath === null) return;
      const page = await server.call(server.spec.infoPath);
      expect(page.json()).toMatchObject({ model: 'fixture', task: fixture.task });
    });

    const tooLarge = JSON.stringify({ inputs: 'x'.repeat(options.maxBodyBytes) });
    const mistakes: ReadonlyArray<{ name: string; path: string; call: Call; status: number; says: RegExp }> =
      [
        {
          name: 'a body that is not JSON',
          path: '/',
          call: { body: '{"inputs":' },
          status: 400,
          says: /JSON/,
        },
        { name: 'an empty body', path: '/', call: { body: '' }, status: 400, says: /JSON/ },
        { name: 'missing inputs', path: '/', call: { body: {} }, status: 400, says: /inputs/ },
        {
          name: 'inputs of a wrong kind',
          path: '/',
          call: { body: { inputs: 7 } },
          status: 400,
          says: /inputs/,
        },
        {
          name: 'an unknown parameter',
          path: '/',
          call: { body: { ...fixture.body, parameters: { no_such_parameter: 1 } } },
          status: 400,
          says: /no_such_parameter/,
        },
        {
          name: 'an unknown path',
          path: '/no/such/path',
          call: { body: {} },
          status: 404,
          says: /no\/such\/path/,
        },
        { name: 'a path that is no URL', path: '//', call: {}, status: 404, says: /\/\// },
        { name: 'a wrong method', path: '/', call: { method: 'DELETE' }, status: 405, says: /DELETE/ },
        { name: 'a body that is too large', path: '/', call: { body: tooLarge }, status: 413, says: /bytes/ },
      ];
    it.each(mistakes)('refuses $name and says why', async ({ path, call, status, says }) => {
      const answer = await holder.server().call(path, call);
      expect(answer.status).toBe(status);
      expect(answer.json()).toMatchObject({ error: { message: expect.stringMatching(says) } });
    });

    it('answers many requests at the same time, each with its own result', async () => {
      const server = holder.server();
      const answers = await Promise.all(
        Array.from({ length: 24 }, () => server.call('/', { body: fixture.body })),
      );
      for (const answer of answers) {
        expect(answer.status).toBe(200);
        fixture.check(answer.json());
      }
    });
  });
}

function describeLongWork(runtime: Runtime, fixture: RuntimeFixture, options: RuntimeSuiteOptions): void {
  const { long } = fixture;
  if ('skip' in long) {
    it.skip(`streaming, hanging up and draining under work: ${long.skip}`, () => undefined);
    return;
  }
  const { running, aborted, completionTokens } = options.metrics;

  describe('during long work', () => {
    const holder = holdServer(runtime, fixture);

    it('sends each piece of a stream while the model is still working', async () => {
      const server = holder.server();
      const answer = await server.open(long.stream.path, { body: long.stream.body });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toContain('text/event-stream');
      expect(await answer.next()).toMatch(/^data: /);
      expect(await server.metric(running)).toBe(1);
      let [count, text] = [1, ''];
      for (let piece = await answer.next(); piece !== null; piece = await answer.next()) {
        count++;
        text += piece;
      }
      expect(count).toBeGreaterThan(20);
      expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    });

    it('stops the model when the caller hangs up', async () => {
      const server = holder.server();
      const before = await server.metric(completionTokens);
      const answer = await server.open(long.stream.path, { body: long.stream.body });
      await answer.next();
      answer.abort();
      await untilZero(() => server.metric(running));
      expect(await server.metric(aborted)).toBe(1);
      expect((await server.metric(completionTokens)) - before).toBeLessThan(long.stream.tokens);
      expect((await server.call('/', { body: fixture.body })).status).toBe(200);
    });
  });

  it('finishes work in flight before it ends', async () => {
    const server = await startServer(runtime, fixture);
    try {
      await server.untilReady();
      const answer = server.call(long.whole.path, { body: long.whole.body });
      await untilZero(async () => ((await server.metric(running)) > 0 ? 0 : 1));
      server.signal(server.spec.drain.signal);
      expect((await answer).status).toBe(200);
      expect((await server.ended).code).toBe(0);
    } finally {
      await server.close();
    }
  });
}

/** Asks again and again; the test's own time limit ends it when the number never comes down. */
async function untilZero(read: () => Promise<number>): Promise<void> {
  while ((await read()) > 0);
}

/** One server for all tests of a describe block. */
function holdServer(runtime: Runtime, fixture: RuntimeFixture): { server(): StartedServer } {
  let held: StartedServer | null = null;
  beforeAll(async () => {
    held = await startServer(runtime, fixture);
    await held.untilReady();
  });
  afterAll(async () => {
    await held?.close();
  });
  return {
    server() {
      if (held === null) throw new Error('the server has not been started');
      return held;
    },
  };
}
