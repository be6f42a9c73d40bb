import type { AssignmentsMessage, SecretsKeysBody } from '@beeline/core/contract';
import type { Model, Revision } from '@beeline/core/resources';
import { type BoxKey, makeBoxPrivateKey, makeMasterKey, readBoxKey } from '@beeline/core/secrets';
import { waitFor } from '@beeline/core/testing';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeLostSecrets } from '../secrets/describe-lost-secrets.ts';
import type { SecretKeys } from '../secrets/secret-keys.ts';
import type { Store } from '../store/open-store.ts';
import { modelDocument, observedMessage, observedRevision } from './documents.ts';
import { emptyStore } from './empty-store.ts';
import { startTestControl, type TestControl } from './start-test-control.ts';
import { testSecretKeys } from './test-secret-keys.ts';

const value = 'not-for-eyes-1';

/** Every row of every table as text. */
async function dumpDatabase(store: Store): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`.execute(
    store.queries,
  );
  const dumps = rows.map(async ({ name }) => {
    const found = await sql<{ text: string }>`
      SELECT cast(row_to_json(t) AS text) AS text FROM ${sql.table(name)} t`.execute(store.queries);
    return found.rows.map(({ text }) => text).join('\n');
  });
  return (await Promise.all(dumps)).join('\n');
}

function makeBoxKey(): BoxKey {
  const key = readBoxKey(makeBoxPrivateKey());
  if (key === null) throw new TypeError('a key that was just made cannot be read');
  return key;
}

const tokenDocument = (token: string, changes: object = {}) =>
  modelDocument('chat', {
    runtime: {
      model: 'file:/models/one',
      envs: [{ name: 'TOKEN', value: token, secret: true, ...changes }],
    },
  });

/** What every database under control has to do the same about secret values. */
export function secretsSuite(name: string, open: () => Promise<Store>): void {
  describe(`secret values on ${name}`, () => {
    let store: Store;
    let control: TestControl;
    let keys: SecretKeys;
    const one = makeMasterKey();
    const boxKey = makeBoxKey();
    const restart = async (changed: SecretKeys) => {
      await control.close();
      keys = changed;
      control = await startTestControl(store, { secretKeys: keys });
    };
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());
    beforeEach(async () => {
      await emptyStore(store);
      keys = testSecretKeys([one]);
      control = await startTestControl(store, { secretKeys: keys });
    });
    afterEach(() => control.close());

    const put = (document: object) => control.call('PUT', '/v0/models/chat', document);
    const pull = (sealFor?: string) => control.feed('local').pullAssignments(0, 0, undefined, sealFor);
    const pullUntil = (what: string, isIt: (message: AssignmentsMessage) => boolean, sealFor?: string) =>
      waitFor(what, async () => {
        const message = await pull(sealFor);
        return message !== null && isIt(message) ? message : null;
      });
    const create = async () => {
      const created = await control.call('POST', '/v0/models', tokenDocument(value));
      expect(created.status).toBe(200);
      return await pullUntil('an assignment', ({ revisions }) => revisions.length === 1, boxKey.publicKey);
    };
    const envOf = async () =>
      ((await control.call('GET', '/v0/models/chat')).body as Model).spec.runtime.envs[0];
    const revisions = async () =>
      (await control.call('GET', '/v0/models/chat/revisions')).body as readonly Revision[];
    const openFirst = (message: AssignmentsMessage) => {
      const [first] = message.revisions;
      return boxKey.open(first?.sealedEnvs?.TOKEN ?? '', [first?.revision ?? '', 'TOKEN']).reveal();
    };

    it('are nowhere in the database, in answers or in feeds, and reach the location that they are for', async () => {
      const message = await create();
      expect(openFirst(message)).toBe(value);
      const answers = [
        await control.call('GET', '/v0/models/chat'),
        await control.call('GET', '/v0/models'),
        await put(tokenDocument(value)),
        await revisions(),
        message,
        await pull(),
        await control.feed('gateway-1').pullRoutes(0, 0),
        await control.call('GET', '/v0/secrets_keys'),
      ];
      expect(JSON.stringify(answers)).not.toContain(value);
      expect(await dumpDatabase(store)).not.toContain(value);
      expect(await envOf()).toMatchObject({ name: 'TOKEN', value: '***', secret: true });
    });

    it('make a new revision when they change, and none when they are sent again or kept', async () => {
      const message = await create();
      const first = await envOf();
      for (const document of [tokenDocument(value), tokenDocument('***'), tokenDocument('***', first)]) {
        expect((await put(document)).status).toBe(200);
        expect(await envOf()).toEqual(first);
      }
      expect(((await control.call('GET', '/v0/models/chat')).body as Model).metadata.generation).toBe(1);
      const ready = [observedRevision(message.revisions[0]?.revision ?? '')];
      await control.feed('local').reportObserved(observedMessage('local', message.version, ready));
      expect((await put(tokenDocument('not-for-eyes-2'))).status).toBe(200);
      expect(await envOf()).not.toEqual(first);
      await waitFor('a second revision', async () => (await revisions()).length === 2);
      const stale = await put(tokenDocument('***', first));
      expect(stale.status).toBe(400);
      expect(JSON.stringify(stale.body)).toContain('the value has changed since');
    });

    it('are refused where *** has nothing to keep, also in a deployment of the same name that is new', async () => {
      const missing = await control.call('POST', '/v0/models', tokenDocument('***'));
      expect(missing.status).toBe(400);
      expect(missing.body).toMatchObject({
        fields: [{ field: 'spec.runtime.envs[0].value', rule: expect.stringContaining('TOKEN has none') }],
      });
      await create();
      await control.call('DELETE', '/v0/models/chat');
      expect((await control.call('POST', '/v0/models', tokenDocument('***'))).status).toBe(400);
    });

    it('go with what named them', async () => {
      const ids = async () => (await store.queries.selectFrom('secrets').select('id').execute()).length;
      await create();
      expect(await ids()).toBe(1);
      await put(modelDocument('chat', { runtime: { model: 'file:/models/one' } }));
      await waitFor('the revision that uses it to be the only user', async () => {
        const message = await pull(boxKey.publicKey);
        return message?.revisions.some(({ template }) => template.runtime.secretEnvs === undefined);
      });
      expect(await ids()).toBe(1); // the first revision is kept, and could be gone back to
      await control.call('DELETE', '/v0/models/chat');
      const gone = await pullUntil('no assignment', (message) => message.revisions.length === 0);
      await control.feed('local').reportObserved(observedMessage('local', gone.version, []));
      await waitFor('the value to go with its deployment', async () => (await ids()) === 0);
    });

    it('do not go to a location that names no key: it would start the model without them', async () => {
      await create();
      await control.call('POST', '/v0/models', modelDocument('plain'));
      const message = await pullUntil('the other model', ({ revisions: all }) => all.length > 0);
      expect(message.revisions.map(({ model }) => model)).toEqual(['plain']);
    });

    it('are put under a new key by a rotation, and the former one is not needed any more', async () => {
      await create();
      const two = makeMasterKey();
      await restart(testSecretKeys([two, one]));
      const before = (await control.call('GET', '/v0/secrets_keys')).body as SecretsKeysBody;
      expect(before.keys.map(({ state, values }) => [state, values])).toEqual([
        ['current', 0],
        ['former', 1],
      ]);
      const first = await envOf();
      const rotated = await control.call('POST', '/v0/secrets_keys/rotate');
      expect(rotated).toMatchObject({ status: 200, body: { newKey: false, rewrapped: 1, unreadable: [] } });
      await restart(testSecretKeys([two]));
      const message = await pull(boxKey.publicKey);
      expect(message === null ? null : openFirst(message)).toBe(value);
      expect(await envOf()).toEqual(first);
      expect((await control.call('POST', '/v0/secrets_keys/rotate')).body).toMatchObject({ rewrapped: 0 });
    });

    it('are named when their key is lost, keep nothing else back, and are mended by sending them again', async () => {
      await create();
      await control.call('POST', '/v0/models', modelDocument('plain'));
      await restart(testSecretKeys([makeMasterKey()]));
      expect(await describeLostSecrets(store.queries, keys)).toMatch(
        `secret values cannot be opened (TOKEN of default/chat (production); sealed with key ${one.id}); their key is missing`,
      );
      expect((await control.call('GET', '/v0/secrets_keys')).body).toMatchObject({
        unreadable: [{ model: 'chat', environment: 'production', variable: 'TOKEN', key: one.id }],
      });
      const message = await pullUntil('both models', (all) => all.revisions.length === 2, boxKey.publicKey);
      expect(message.revisions.find(({ model }) => model === 'chat')?.sealedEnvs).toEqual({});
      expect((await control.call('POST', '/v0/secrets_keys/rotate')).body).toMatchObject({ rewrapped: 0 });
      expect((await put(tokenDocument(value))).status).toBe(200);
      const mended = await pullUntil(
        'a revision with its value',
        (all) => all.revisions.some(({ sealedEnvs }) => sealedEnvs?.TOKEN !== undefined),
        boxKey.publicKey,
      );
      const again = mended.revisions.find(({ sealedEnvs }) => sealedEnvs?.TOKEN !== undefined);
      expect(boxKey.open(again?.sealedEnvs?.TOKEN ?? '', [again?.revision ?? '', 'TOKEN']).reveal()).toBe(
        value,
      );
    });

    it('are not given to another deployment, whatever was changed in the database', async () => {
      await create();
      const other = modelDocument('thief', {
        runtime: { model: 'file:/models/one', envs: [{ name: 'TOKEN', value: 'own-value', secret: true }] },
      });
      await control.call('POST', '/v0/models', other);
      await pullUntil('both', ({ revisions: all }) => all.length === 2, boxKey.publicKey);
      await sql`UPDATE secrets SET sealed = (SELECT sealed FROM secrets ORDER BY id LIMIT 1)`.execute(
        store.queries,
      );
      const message = await pull(boxKey.publicKey);
      expect(message?.revisions.map(({ sealedEnvs }) => Object.keys(sealedEnvs ?? {}))).toEqual([
        ['TOKEN'],
        [],
      ]);
    });
  });
}
