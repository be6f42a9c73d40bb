import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, Secret, silentLogger } from '@beeline/core/base';
import { makeMasterKey } from '@beeline/core/secrets';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Store } from '../store/open-store.ts';
import { insertSecret } from '../store/secrets.ts';
import { emptyStore } from '../testing/empty-store.ts';
import { openTestStore } from '../testing/open-test-store.ts';
import { openSecretKeys, type SecretKeySettings } from './open-secret-keys.ts';
import { rotateSecrets } from './rotate-secrets.ts';

let store: Store;
let dataDir: string;
let path: string;
let logged: string[];
const tell = (_fields: object, message: string) => logged.push(message);
const logger: Logger = { ...silentLogger, info: tell, warn: tell, error: tell };
const value = new Secret('not-for-eyes');
const place = { workspace: 'default', kind: 'Model', owner: 'dep_1', name: 'env/TOKEN' };
const context = ['default', 'Model', 'dep_1', 'env/TOKEN'];

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await emptyStore(store);
  logged = [];
  dataDir = mkdtempSync(join(tmpdir(), 'beeline-keys-'));
  path = join(dataDir, 'secrets.key');
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = (changes: Partial<SecretKeySettings> = {}) =>
  openSecretKeys(store, { secretsKey: null, secretsKeyFile: null, dataDir, ...changes }, logger);
const keep = (sealed: string, keyId: string) =>
  insertSecret(store.queries, { id: 'sec_1', ...place, sealed, keyId, createdAt: 1 });

it('a first start makes a key for its user alone, says where, and never shows it', async () => {
  const { ids } = (await open()).ring();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(logged).toEqual([expect.stringContaining(`made a key for secret values in ${path}`)]);
  const key = readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '';
  expect(logged.join()).not.toContain(key);
  expect((await open()).ring().ids).toEqual(ids);
});

it('a rotation makes a new key first in the file, and keeps the former one', async () => {
  const keys = await open();
  const before = keys.ring();
  await keep(before.seal(value, context), before.current);
  expect(await rotateSecrets(store, keys)).toEqual({ newKey: true, rewrapped: 1, unreadable: 0 });
  const after = (await open()).ring();
  expect(after.ids).toEqual([after.current, before.current]);
  const row = await store.queries.selectFrom('secrets').selectAll().executeTakeFirstOrThrow();
  expect(row.keyId).toBe(after.current);
  expect(after.open(row.sealed, context).reveal()).toBe('not-for-eyes');
});

it('what a crash left of a new key is removed', async () => {
  await open();
  writeFileSync(`${path}.new`, 'half a key');
  await open();
  expect(readdirSync(dataDir)).toEqual(['secrets.key']);
});

it('another process finds the keys of a file that was changed', async () => {
  const [one, two] = [await open(), await open()];
  one.ring();
  two.renew();
  expect(one.ring().current).toBe(two.ring().current);
});

it.each([
  ['removed', () => rmSync(path), 'does not exist'],
  ['cut', () => writeFileSync(path, readFileSync(path, 'utf8').slice(0, -9)), 'key 1 is none'],
  ['emptied', () => writeFileSync(path, ''), 'has no key'],
  ['replaced by a directory', () => rmSync(path) ?? writeFileSync(path, 'x\n'), 'key 1 is none'],
])(
  'a file that was %s keeps nothing from starting, is left as it is, and is told of in one line',
  async (...row) => {
    const [, damage, reason] = row;
    const before = (await open()).ring();
    await keep(before.seal(value, context), before.current);
    damage();
    logged = [];
    const keys = await open();
    expect(logged).toEqual([expect.stringContaining(reason)]);
    expect(logged[0]).toContain(
      "put it back from your copy, or make a new one (`openssl rand -base64 32 > '",
    );
    expect(() => keys.ring()).toThrow(reason);
    writeFileSync(path, `${makeMasterKey().key.reveal()}\n`); // as the line says
    expect(keys.ring().ids).toHaveLength(1);
  },
);

it('a file that is given has to be there', async () => {
  const keys = await open({ secretsKeyFile: join(dataDir, 'mounted') });
  expect(() => keys.ring()).toThrow('mounted does not exist');
  expect(keys.renew()).toBe(false);
});

it('keys in settings are refused when they are none, or come twice', async () => {
  await expect(open({ secretsKey: new Secret('short') })).rejects.toThrow(
    /^secretsKey must be keys of 32 bytes in base64, .*key 1 is none/,
  );
  const both = { secretsKey: makeMasterKey().key, secretsKeyFile: path };
  await expect(open(both)).rejects.toThrow('are both set');
});
