import { BeelineError } from '@beeline/core/base';
import type { Policy } from '@beeline/core/resources';
import { describe, expect, it } from 'vitest';
import { applyResource } from './apply-resource.ts';

const policy = { metadata: { displayName: 'a', labels: {} }, spec: { type: 'flavor' } } as Policy;
const missing = () => Promise.reject(new BeelineError('RESOURCE_NOT_FOUND', { message: 'missing' }));
const taken = () => Promise.reject(new BeelineError('RESOURCE_CONFLICT', { message: 'taken' }));
const done = () => Promise.resolve(policy);

describe('applyResource', () => {
  it('creates what somebody deleted after it was read', async () => {
    expect((await applyResource({ read: done, update: missing, create: done })).outcome).toBe('created');
  });

  it('updates what somebody created after it was found missing', async () => {
    expect((await applyResource({ read: missing, update: done, create: taken })).outcome).toBe('configured');
  });

  it('gives up when the object changed since the manifest was read', async () => {
    await expect(applyResource({ read: done, update: taken, create: done })).rejects.toThrowError('taken');
  });

  it('takes a missing workspace for what it is', async () => {
    const noWorkspace = () =>
      Promise.reject(new BeelineError('WORKSPACE_NOT_FOUND', { message: 'no workspace' }));
    await expect(applyResource({ read: noWorkspace, update: done, create: done })).rejects.toThrowError(
      'no workspace',
    );
  });
});
