import { Secret } from '@beeline/core/base';
import type { RevisionAssignment } from '@beeline/core/contract';
import { createBoxSealer } from '@beeline/core/secrets';
import { describe, expect, it } from 'vitest';
import { buildAssignment } from '../testing/location-fixture.ts';
import { makeTestBoxKey } from '../testing/make-test-box-key.ts';
import { createSecretMask } from './mask-secrets.ts';
import { envNames, openEnvs, refuseLoaderEnvs } from './open-envs.ts';

const key = makeTestBoxKey();
const sealer = createBoxSealer(key.publicKey);

/** An assignment with these variables; those in `secret` are sealed. */
function assign(secret: Record<string, string>, envs: Record<string, string> = {}): RevisionAssignment {
  const { template, ...rest } = buildAssignment('/m');
  const names = Object.keys(secret);
  return {
    ...rest,
    template: {
      ...template,
      runtime: {
        ...template.runtime,
        envs,
        ...(names.length === 0
          ? {}
          : { secretEnvs: Object.fromEntries(names.map((name) => [name, 'sec_1'])) }),
      },
    },
    sealedEnvs: Object.fromEntries(
      Object.entries(secret).map(([name, value]) => [name, sealer.seal(new Secret(value), ['rev1', name])]),
    ),
  };
}

describe('the environment of a deployment', () => {
  it('has its secret values in clear, beside the others', () => {
    const assignment = assign({ TOKEN: 'not-for-eyes' }, { MODEL_A: '1' });
    expect(openEnvs(key, assignment)).toEqual({ MODEL_A: '1', TOKEN: 'not-for-eyes' });
    expect(envNames(assignment)).toEqual(['MODEL_A', 'TOKEN']);
    expect(JSON.stringify(assignment)).not.toContain('not-for-eyes');
  });

  it('is refused as a whole when control could not open a value, and the message says what to do', () => {
    expect(() => openEnvs(key, { ...assign({ TOKEN: 'x' }), sealedEnvs: {} })).toThrow(
      'control cannot open the secret value of TOKEN: put its key back',
    );
  });

  it('is refused when it was sealed for another location, or for another revision', () => {
    const assignment = assign({ TOKEN: 'x' });
    expect(() => openEnvs(makeTestBoxKey(), assignment)).toThrow(
      'this location cannot open the secret value of TOKEN (the value was sealed for a key that is not here)',
    );
    expect(() => openEnvs(key, { ...assignment, revision: 'rev2' })).toThrow('made for something else');
  });

  it('is never started with a variable that loaders read, whoever let it by', () => {
    expect(() => refuseLoaderEnvs(assign({}, { OPENSSL_CONF: '/x' }))).toThrow(
      'the variable OPENSSL_CONF must not be set for generation process: TLS and network libraries load modules',
    );
    expect(() => refuseLoaderEnvs(assign({ LD_PRELOAD: '/x' }))).toThrow('the variable LD_PRELOAD');
    refuseLoaderEnvs(assign({ TOKEN: 'x' }, { TAKEN_BY_AN_EARLIER_VERSION: '1' }));
  });
});

describe('what a model server prints', () => {
  const mask = createSecretMask(key);

  it('has *** in place of secret values, also of one line of several', () => {
    const assignment = assign({
      TOKEN: 'not-for-eyes',
      PEM_SECRET: 'line-one\nline-two',
      LONG: 'not-for-eyes-2',
    });
    expect(mask.mask(assignment, 'a not-for-eyes, b line-two, c not-for-eyes-2')).toBe('a ***, b ***, c ***');
  });

  it('stays as it is without any, for short ones, and for those that nobody can open', () => {
    expect(mask.mask(buildAssignment('/m'), 'not-for-eyes')).toBe('not-for-eyes');
    expect(mask.mask(assign({ FLAG: '1' }), '1 of 11')).toBe('1 of 11');
    const foreign = createSecretMask(makeTestBoxKey());
    expect(foreign.mask(assign({ TOKEN: 'not-for-eyes' }), 'not-for-eyes')).toBe('not-for-eyes');
  });
});
