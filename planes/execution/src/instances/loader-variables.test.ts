import { waitFor } from '@beeline/core/testing';
import { afterEach, expect, test } from 'vitest';
import { buildAssignment } from '../testing/location-fixture.ts';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';

let fixture: RevisionFixture;
afterEach(() => fixture.close());

/** Has the revision started with these variables, some of them secret. */
async function start(envs: Record<string, string>, secretEnvs: Record<string, string> = {}) {
  fixture = await openRevisionFixture();
  const { template } = buildAssignment(fixture.context.launch.codeCacheDirectory);
  fixture.assign(
    { minReplicas: 1 },
    { template: { ...template, runtime: { ...template.runtime, envs, secretEnvs } } },
  );
  await waitFor('an end', () => fixture.revision.failure ?? fixture.revision.proof === 'proved');
}

test.each([
  [{ LD_PRELOAD: '/tmp/evil.so' }, {}],
  [{}, { OPENSSL_CONF: 'sec_1' }],
])(
  'a replica whose variables %j, or secrets %j, loaders read is not started, and nothing is fetched for it',
  async (envs, secretEnvs) => {
    await start(envs, secretEnvs);
    const [name] = [...Object.keys(envs), ...Object.keys(secretEnvs)];
    expect(fixture.revision.failure).toMatchObject({
      code: 'VARIABLE_REFUSED',
      message: expect.stringContaining(`the variable ${name} must not be set for generation process`),
    });
    expect(fixture.revision.artifactDigest).toBeNull();
    expect(fixture.driver.list()).toEqual([]);
  },
);

test('one with other variables is', async () => {
  await start({ MODEL_MODE: 'fast' });
  expect([fixture.revision.failure, fixture.revision.proof]).toEqual([null, 'proved']);
});
