import type { Model } from '@beeline/core/resources';
import { describe, expect, it } from 'vitest';
import { decideWait } from './decide-wait.ts';

function model(
  status: Model['status'],
  change: { generation?: number; observed?: number; message?: string } = {},
) {
  const event = { time: '', type: 'x', status, message: change.message ?? '' };
  return {
    metadata: { generation: change.generation ?? 2 },
    status,
    events: change.message === undefined ? [] : [{ ...event, message: 'older' }, event],
    observed: { generation: change.observed ?? 2, conditions: [] },
  } as unknown as Model;
}

describe('decideWait', () => {
  it.each([
    ['ready', model('DEPLOYED'), 'done', 'ready'],
    [
      'ready as before, the change not taken up',
      model('DEPLOYED', { generation: 3 }),
      'waiting',
      'the change is not taken up yet',
    ],
    [
      'failed as before, the change not taken up',
      model('FAILED', { observed: 1 }),
      'waiting',
      'the change is not taken up yet',
    ],
    ['on its way', model('DEPLOYING', { message: 'revision 2' }), 'waiting', 'revision 2'],
    ['failed', model('FAILED', { message: 'LOAD_FAILED: x' }), 'failed', 'LOAD_FAILED: x'],
    ['deactivated', model('DEACTIVATED'), 'done', 'deactivated'],
    ['on its way out', model('DEACTIVATING'), 'waiting', 'no reason was given'],
    ['deleted meanwhile', model('DELETING'), 'failed', 'it is being deleted'],
  ])('%s', (_case, picture, state, reason) => {
    expect(decideWait(picture)).toEqual({ state, reason });
  });
});
