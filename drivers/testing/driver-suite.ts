import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type {
  Capabilities,
  Driver,
  DriverEvent,
  Endpoint,
  InstanceClaim,
  InstanceSpec,
} from '../interface/index.ts';
import { askInstance, buildFakeInstance } from './fake-instance.ts';

export interface DriverSuiteOptions {
  readonly name: string;
  /** Module that exports `open(directory, { adoptionWindowMs? })`; a second process imports it too. */
  readonly moduleUrl: string;
  open(directory: string, options: { readonly adoptionWindowMs?: number }): Promise<Driver>;
  /** Ids of processes on this machine that belong to instances in this directory. */
  findProcesses(directory: string): Promise<readonly number[]>;
  readonly capabilities: Partial<Capabilities>;
}

const ownerProgram = fileURLToPath(new URL('./owner-process.ts', import.meta.url));
const labels = { location: 'test' };

/** The promises that every driver keeps. An ability that a driver lacks is skipped, and the test's name says why. */
export function describeDriver(options: DriverSuiteOptions): void {
  describe(`driver ${options.name}`, () => {
    let directory: string;
    let driver: Driver;
    let events: DriverEvent[];
    const owners: ChildProcess[] = [];

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'bl-driver-'));
      driver = await open();
    });
    afterEach(async () => {
      for (const owner of owners.splice(0)) owner.kill('SIGKILL');
      await Promise.all(driver.list().map(({ id }) => driver.stop(id, 0)));
      await driver.close();
      expect(await options.findProcesses(directory), 'processes that outlived their test').toEqual([]);
      await rm(directory, { recursive: true, force: true });
    });

    async function open(openOptions: { adoptionWindowMs?: number } = {}): Promise<Driver> {
      const opened = await options.open(directory, openOptions);
      events = [];
      opened.subscribe((event) => events.push(event));
      return opened;
    }
    async function create(
      behaviour: Record<string, unknown> = {},
      changes: Partial<InstanceSpec> = {},
    ): Promise<string> {
      return (await driver.create(buildFakeInstance(behaviour, changes))).id;
    }
    const stateOf = (id: string) => driver.list().find((instance) => instance.id === id)?.state;
    const exitsOf = (id: string) => events.filter((event) => event.type === 'exited' && event.id === id);
    const textOf = (id: string) => driver.tail(id).map((line) => line.text);

    test('says what it can do', async () => {
      expect(await driver.probe()).toMatchObject(options.capabilities);
    });

    test('takes an instance from created to ready, serving, stopped and removed', async () => {
      const id = await create();
      expect(stateOf(id)).toBe('created');
      const { endpoint, answeredMs, readyMs } = await driver.start(id);
      expect(stateOf(id)).toBe('ready');
      expect(readyMs).toBeGreaterThanOrEqual(answeredMs);
      expect((await askInstance(endpoint, '/', 'ping')).body.received).toBe('ping');
      expect(await driver.stats(id)).toMatchObject({ processes: 1 });
      expect((await driver.stats(id)).memoryBytes).toBeGreaterThan(1_000_000);
      expect(await driver.stop(id, 5_000)).toEqual({ cause: 'stopped', code: 0, signal: null });
      expect(exitsOf(id)).toHaveLength(1);
      await driver.remove(id);
      expect(driver.list()).toEqual([]);
      expect(await options.findProcesses(directory)).toEqual([]);
      await expect(askInstance(endpoint)).rejects.toThrow();
    });

    test('gives the process no variable of ours', async () => {
      const { endpoint } = await driver.start(await create());
      expect((await askInstance(endpoint)).body.environment).toEqual(['BEELINE_INSTANCE', 'GREETING']);
    });

    test('refuses a program that does not exist', async () => {
      const id = await create({}, { command: () => ({ argv: ['/no/such/program'], env: {} }) });
      await expect(driver.start(id)).rejects.toMatchObject({
        code: 'COMMAND_INVALID',
        message: 'cannot run /no/such/program: there is no such program',
      });
      expect(stateOf(id)).toBe('exited');
    });

    test('reports a server that ends while it loads, with its last lines', async () => {
      const id = await create({ exitWhileLoading: 3, lines: ['loading'] });
      await expect(driver.start(id)).rejects.toMatchObject({
        code: 'LOAD_FAILED',
        message: expect.stringContaining('exited with code 3'),
      });
      expect(textOf(id)).toEqual(['loading', 'the model is broken']);
      expect(exitsOf(id)).toMatchObject([{ exit: { cause: 'exited', code: 3 } }]);
    });

    test('gives up on a server that never gets ready, and leaves nothing of it', async () => {
      const id = await create({ neverReady: true }, { ready: { path: '/health', timeoutMs: 1_000 } });
      await expect(driver.start(id)).rejects.toMatchObject({ code: 'READINESS_TIMEOUT' });
      expect(stateOf(id)).toBe('exited');
      expect(await options.findProcesses(directory)).toEqual([]);
    });

    test('ends by force what does not stop within its grace', async () => {
      const id = await create({ ignoreTerm: true });
      await driver.start(id);
      expect(await driver.stop(id, 200)).toMatchObject({ cause: 'killed', signal: 'SIGKILL' });
    });

    test('stops an instance that is still starting', async () => {
      const id = await create({ neverReady: true });
      const started = driver.start(id);
      const refused = expect(started).rejects.toMatchObject({ code: 'REPLICA_LOST' });
      await driver.stop(id, 2_000);
      await refused;
      expect(await options.findProcesses(directory)).toEqual([]);
    });

    test('ends grandchildren with the server, those of a session of their own too', async () => {
      const id = await create({ grandchildren: true });
      await driver.start(id);
      expect((await driver.stats(id)).processes).toBe(3);
      await driver.stop(id, 5_000);
      expect(await options.findProcesses(directory)).toEqual([]);
    });

    test('reports a crash once, and ends what the server leaves behind', async () => {
      const id = await create({ grandchildren: true });
      const { endpoint } = await driver.start(id);
      await askInstance(endpoint, '/crash').catch(() => {});
      await waitFor('the exit', () => exitsOf(id).length > 0);
      expect(exitsOf(id)).toMatchObject([{ exit: { cause: 'exited', code: 70 } }]);
      expect(textOf(id).at(-1)).toBe('crashed on purpose');
      await waitFor('the end of all', async () => (await options.findProcesses(directory)).length === 0);
    });

    test('hands on what the server writes, within limits', async () => {
      const id = await create({ lines: ['x'.repeat(20_000)], floodLines: 20_000 });
      await driver.start(id);
      await driver.stop(id, 5_000);
      const lines = events.flatMap((event) => (event.type === 'log' ? [event.line] : []));
      expect(lines[0]?.text.length).toBeLessThan(9_000);
      expect(lines[0]?.text).toMatch(/characters cut\]$/);
      expect(lines.length).toBeLessThan(10_000);
      expect(lines.some(({ source, text }) => source === 'platform' && text.includes('left out'))).toBe(true);
      expect(driver.tail(id).length).toBeLessThanOrEqual(100);
    });

    test('starts many at once', async () => {
      const ids = await Promise.all(Array.from({ length: 6 }, () => create()));
      const started = await Promise.all(ids.map((id) => driver.start(id)));
      const answers = await Promise.all(started.map(({ endpoint }) => askInstance(endpoint)));
      expect(new Set(answers.map(({ body }) => body.pid)).size).toBe(6);
    });

    test('refuses a call that the state does not allow', async () => {
      const id = await create();
      await expect(driver.stats(id)).rejects.toMatchObject({ code: 'INSTANCE_STATE_INVALID' });
      await driver.start(id);
      await expect(driver.start(id)).rejects.toMatchObject({ code: 'INSTANCE_STATE_INVALID' });
      await expect(driver.remove(id)).rejects.toMatchObject({ code: 'INSTANCE_STATE_INVALID' });
    });

    const freezes = options.capabilities.freeze === true;
    test.skipIf(!freezes)(`freezes and thaws${freezes ? '' : ' (skipped: it cannot freeze)'}`, async () => {
      const id = await create();
      const { endpoint } = await driver.start(id);
      await driver.freeze?.(id);
      expect(stateOf(id)).toBe('frozen');
      let answered = false;
      const answer = askInstance(endpoint, '/', 'cold').then((got) => {
        answered = true;
        return got;
      });
      await waitFor('a stopped process', async () => {
        const [pid] = await options.findProcesses(directory);
        return / T /.test(await readFile(`/proc/${pid}/stat`, 'latin1'));
      });
      expect(answered).toBe(false);
      await driver.thaw?.(id);
      expect((await answer).body.received).toBe('cold');
      await driver.freeze?.(id);
      expect(await driver.stop(id, 5_000)).toMatchObject({ cause: 'stopped' });
    });

    const pools = options.capabilities.pools === true;
    describe.skipIf(!pools)(
      `an instance that waits for its model${pools ? '' : ' (skipped: no pools)'}`,
      () => {
        const waits = { path: '/claim', timeoutMs: 20_000 };
        const claim = (changes: Partial<InstanceClaim> = {}): InstanceClaim => ({
          labels: { ...labels, revision: 'r1' },
          modelDirectory: '/',
          message: () => ({ path: '/claim', body: '{}' }),
          ready: { path: '/health', timeoutMs: 20_000 },
          ...changes,
        });
        const createPaused = async (behaviour: object = {}) => {
          const id = await create({ waits: true, ...behaviour }, { ready: waits });
          await driver.start(id, { paused: true });
          expect(stateOf(id)).toBe('frozen');
          return id;
        };

        test('becomes what it is claimed for, once, and serves', async () => {
          const id = await createPaused();
          const { endpoint, answeredMs, readyMs } = (await driver.claim?.(id, claim())) ?? {};
          expect(driver.list()).toMatchObject([{ id, state: 'ready', labels: { revision: 'r1' } }]);
          expect(readyMs).toBeGreaterThanOrEqual(answeredMs ?? Number.POSITIVE_INFINITY);
          if (endpoint === undefined) throw new Error('it serves nowhere');
          expect((await askInstance(endpoint, '/', 'mine')).body.received).toBe('mine');
          await expect(driver.claim?.(id, claim())).rejects.toMatchObject({ code: 'INSTANCE_STATE_INVALID' });
          expect(await driver.stop(id, 5_000)).toMatchObject({ cause: 'stopped', code: 0 });
        });

        test('ends when it does not take the claim, cannot load the model or is stopped while it loads', async () => {
          const refusing = await createPaused({ refuseClaim: 409 });
          await expect(driver.claim?.(refusing, claim())).rejects.toMatchObject({ code: 'CLAIM_FAILED' });
          const broken = await createPaused({ exitWhileLoading: 3 });
          await expect(driver.claim?.(broken, claim())).rejects.toMatchObject({ code: 'LOAD_FAILED' });
          const slow = await createPaused({ neverReady: true });
          const claimed = driver.claim?.(slow, claim());
          const refused = expect(claimed).rejects.toMatchObject({ code: 'REPLICA_LOST' });
          await driver.stop(slow, 0);
          await refused;
          expect([refusing, broken, slow].map(stateOf)).toEqual(['exited', 'exited', 'exited']);
          expect(await options.findProcesses(directory)).toEqual([]);
        });

        test('is known by its new labels after a restart of its owner', async () => {
          const id = await createPaused();
          await driver.claim?.(id, claim());
          await driver.close();
          driver = await open();
          expect(await driver.reconcile({ revision: 'r1' })).toMatchObject([{ id, state: 'ready' }]);
        });

        test('dies in the pool and that is told', async () => {
          const id = await createPaused();
          const [pid] = await options.findProcesses(directory);
          process.kill(pid ?? 0, 'SIGKILL');
          await waitFor('the exit', () => exitsOf(id).length === 1);
          await expect(driver.claim?.(id, claim())).rejects.toMatchObject({ code: 'INSTANCE_STATE_INVALID' });
        });
      },
    );

    const adopts = options.capabilities.adoption === true;
    describe.skipIf(!adopts)(`after its owner was killed${adopts ? '' : ' (skipped: no adoption)'}`, () => {
      async function startThenKillOwner(
        openOptions: object,
        behaviour: object = {},
      ): Promise<readonly { readonly id: string; readonly endpoint: Endpoint }[]> {
        await driver.close();
        const owner = spawn(
          process.execPath,
          [
            ownerProgram,
            options.moduleUrl,
            directory,
            JSON.stringify(openOptions),
            JSON.stringify(behaviour),
          ],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        );
        owners.push(owner);
        const ended = once(owner, 'exit').then(() => Promise.reject(new Error('the owner ended early')));
        const told = once(createInterface({ input: owner.stdout }), 'line');
        const [line] = (await Promise.race([told, ended])) as [string];
        ended.catch(() => {});
        owner.kill('SIGKILL');
        await once(owner, 'exit');
        return JSON.parse(line);
      }

      test('instances go on serving and are taken over', async () => {
        const started = await startThenKillOwner({});
        driver = await open();
        const adopted = await driver.reconcile(labels);
        expect(adopted.map(({ id }) => id).sort()).toEqual(started.map(({ id }) => id).sort());
        for (const { id, endpoint, state } of adopted) {
          expect(state).toBe('ready');
          if (endpoint !== null) expect((await askInstance(endpoint, '/', 'still here')).status).toBe(200);
          expect(await driver.stop(id, 5_000)).toMatchObject({ cause: 'stopped' });
          expect(exitsOf(id)).toHaveLength(1);
        }
      });

      test('the crash of one that was taken over is noticed', async () => {
        await startThenKillOwner({});
        driver = await open();
        const [first] = await driver.reconcile(labels);
        if (first?.endpoint == null) throw new Error('nothing was taken over');
        await askInstance(first.endpoint, '/crash').catch(() => {});
        await waitFor('the exit', () => exitsOf(first.id).length === 1);
        expect(textOf(first.id).at(-1)).toBe('crashed on purpose');
      });

      test('instances with other labels are ended', async () => {
        await startThenKillOwner({}, { grandchildren: true });
        driver = await open();
        expect(await driver.reconcile({ location: 'another' })).toEqual([]);
        expect(await options.findProcesses(directory)).toEqual([]);
        expect(await readdir(join(directory, 'instances'))).toEqual([]);
      });

      test('nothing is left running when no owner comes', async () => {
        await startThenKillOwner({ adoptionWindowMs: 0 }, { grandchildren: true });
        await waitFor(
          'the end of all',
          async () => (await options.findProcesses(directory)).length === 0,
          20_000,
        );
        driver = await open();
        expect(await driver.reconcile(labels)).toEqual([]);
      });
    });
  });
}
