import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadGoldenRelease, unpackRelease } from './golden-release.ts';

/*
 * A data directory of which one file is damaged is started by the program itself. Either all models are there, or it
 * ends with one line that says what to do.
 */
const golden = loadGoldenRelease('0.1.0');
const program = join(import.meta.dirname, '../../planes/standalone/src/main.ts');
const longestMs = 60_000;
const workshop = mkdtempSync(join(tmpdir(), 'beeline-damaged-'));
const whole = join(workshop, 'whole');
const data = join(workshop, 'data');
afterAll(() => rmSync(workshop, { recursive: true, force: true }));

/** What came of a start: the number of models, or the lines that it ended with. */
type Outcome = { readonly models: number } | { readonly lines: readonly string[] };

async function countModels(url: string): Promise<number> {
  const headers = { authorization: `Bearer ${golden.adminKey}` };
  const response = await fetch(`${url}/models`, { headers });
  if (!response.ok)
    throw new Error(`the models cannot be listed: ${response.status} ${await response.text()}`);
  return ((await response.json()) as readonly unknown[]).length;
}

async function start(directory: string, flags: readonly string[] = []): Promise<Outcome> {
  const config = join(workshop, 'config.yaml');
  const child = spawn(
    process.execPath,
    [program, '--data-dir', directory, '--config', config, '--port', '0', '--log-level', 'silent', ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } },
  );
  const ended = once(child, 'exit');
  let complaints = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaints += bytes.toString();
  });
  const ready = new Promise<string>((resolve) => {
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const url = /API (\S+),/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), longestMs);
  try {
    const url = await Promise.race([ready, ended.then(() => null)]);
    if (url === null) return { lines: complaints.trimEnd().split('\n') };
    return { models: await countModels(url) };
  } finally {
    child.kill('SIGKILL');
    await ended;
    clearTimeout(limit);
  }
}

type Damage = 'cut' | 'removed' | 'a directory' | 'a pipe' | 'garbage' | 'emptied';

function spoil(path: string, damage: Damage): void {
  const { size } = statSync(path);
  if (damage === 'cut' || damage === 'emptied') {
    truncateSync(path, damage === 'cut' ? Math.floor(size / 2) : 0);
    return;
  }
  rmSync(path);
  if (damage === 'a directory') mkdirSync(path);
  if (damage === 'a pipe') execFileSync('mkfifo', [path]);
  if (damage === 'garbage') writeFileSync(path, Buffer.alloc(size, 0xa5));
}

const ofDatabase: readonly (readonly [string, Damage])[] = [
  ['database/PG_VERSION', 'removed'],
  ['database/PG_VERSION', 'garbage'],
  ['database/global/pg_control', 'cut'],
  ['database/global/pg_control', 'garbage'],
  ['database/pg_wal/000000010000000000000001', 'removed'],
  ['database/pg_wal/000000010000000000000001', 'garbage'],
  ['database/pg_xact/0000', 'removed'],
  ['database/postgresql.conf', 'garbage'],
  ['database/beeline-files.json', 'garbage'],
  ['database/beeline-files.json', 'a directory'],
  ['database/beeline-files.json', 'a pipe'],
];
const besides: readonly (readonly [string, Damage])[] = [
  'gateway/routes.json',
  'location/assignments.json',
  'location/scale.json',
  'location/process/owner',
  'secrets.key',
  'lock',
].flatMap((name) =>
  (['garbage', 'emptied', 'a directory', 'a pipe'] as const).map((damage) => [name, damage] as const),
);

describe('a data directory', () => {
  beforeAll(async () => {
    unpackRelease('0.1.0', whole);
    expect(await start(whole)).toEqual({ models: 2 });
  }, 120_000);

  it.each([...ofDatabase, ...besides])(
    'of which %s is %s has all its models or says what to do',
    async (name, damage) => {
      rmSync(data, { recursive: true, force: true });
      cpSync(whole, data, { recursive: true });
      spoil(join(data, name), damage);
      const outcome = await start(data);
      if ('models' in outcome) expect(outcome.models).toBe(2);
      else {
        expect(outcome.lines).toHaveLength(1);
        expect(outcome.lines[0]).toMatch(/^error: .*(restore|move|remove|choose)/);
        expect(outcome.lines[0]).toContain(data);
      }
    },
  );

  it('without its database begins anew only when it is told to, and keeps what was left', async () => {
    rmSync(data, { recursive: true, force: true });
    cpSync(whole, data, { recursive: true });
    rmSync(join(data, 'database/PG_VERSION'));
    const refused = await start(data);
    expect(refused).toMatchObject({ lines: [expect.stringContaining('--begin-anew')] });
    // The keys of the old platform are not known to a new one.
    await expect(start(data, ['--begin-anew'])).rejects.toThrow('401');
    expect(readdirSync(data).some((name) => name.startsWith('database.before-'))).toBe(true);
  });
});
