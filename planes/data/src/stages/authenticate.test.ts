import { createHash } from 'node:crypto';
import { type KeyEntry, lookUpIn } from '@beeline/core/contract';
import { describe, expect, it } from 'vitest';
import { buildSnapshot } from '../tables/build-snapshot.ts';
import { authenticate } from './authenticate.ts';

const now = 1_000_000;
const key = (plain: string, change: Partial<KeyEntry> = {}): KeyEntry => ({
  id: plain,
  hash: createHash('sha256').update(plain).digest('hex'),
  workspaces: ['acme'],
  role: 'member',
  expiresAt: null,
  ...change,
});
const snapshot = buildSnapshot({
  version: 1,
  workspaces: ['acme', 'other'],
  routes: [],
  keys: [
    key('good'),
    key('old', { expiresAt: now }),
    key('young', { expiresAt: now + 1 }),
    key('wide', { workspaces: ['acme', 'other'] }),
  ],
});

const run = (headers: Record<string, string>, workspace = 'acme') =>
  authenticate(lookUpIn(headers), workspace, now, snapshot);

describe('a key', () => {
  it.each([
    [{ authorization: 'Bearer good' }],
    [{ authorization: 'bearer good' }],
    [{ 'x-beeline-authorization': 'Bearer good' }],
    [{ 'x-blaxel-authorization': 'Bearer good' }],
    [{ 'x-beamlit-authorization': 'Bearer good' }],
    [{ 'x-beeline-api-key': 'good' }],
    [{ 'x-blaxel-api-key': 'good' }],
    [{ 'x-beamlit-api-key': 'good' }],
    [{ 'api-key': 'good' }],
    [{ 'x-blaxel-authorization': 'Bearer good', authorization: 'Bearer bad' }],
    [{ authorization: 'Bearer young' }],
  ])('is taken from %j', (headers) => {
    expect(run(headers)).toMatchObject({ role: 'member' });
  });

  it.each([
    [{}, 'acme', 'AUTHENTICATION_REQUIRED'],
    [{ authorization: 'Bearer ' }, 'acme', 'AUTHENTICATION_REQUIRED'],
    [{ authorization: 'Bearer bad' }, 'acme', 'AUTHENTICATION_FAILED'],
    [{ authorization: 'Bearer bad' }, 'nowhere', 'AUTHENTICATION_FAILED'],
    [{ authorization: 'Bearer old' }, 'acme', 'AUTHENTICATION_FAILED'],
    [{ authorization: 'Bearer good' }, 'other', 'FORBIDDEN'],
    [{ authorization: 'Bearer wide' }, 'nowhere', 'WORKSPACE_NOT_FOUND'],
  ])('%j on workspace %s is %s', (headers, workspace, code) => {
    expect(run(headers, workspace)).toMatchObject({ code });
  });

  it('never shows in a refusal', () => {
    expect(JSON.stringify(run({ authorization: 'Bearer very-secret' }))).not.toContain('very-secret');
  });
});
