import { describe, expect, it } from 'vitest';
import { type EngineKind, type PoolPicture, planPool } from './plan-pool.ts';

const a: EngineKind = { generation: 'process', engine: 'a' };
const b: EngineKind = { generation: 'process', engine: 'b' };
const calm: PoolPicture = { wanted: [a], engines: [], keep: 1, busy: false, backoffMs: 0 };

describe('the pool', () => {
  it.each<[string, Partial<PoolPicture>, EngineKind | null, string[]]>([
    ['starts one that is missing', {}, a, []],
    ['is content with those that wait', { engines: [{ id: '1', kind: a }] }, null, []],
    ['starts nothing when none should wait', { keep: 0 }, null, []],
    ['starts nothing while a replica is being started', { busy: true }, null, []],
    ['starts nothing while it pauses after a failure', { backoffMs: 1 }, null, []],
    ['starts nothing that no revision could use', { wanted: [] }, null, []],
    ['counts each kind apart', { wanted: [a, b], engines: [{ id: '1', kind: a }] }, b, []],
    ['ends what no revision could use', { wanted: [a], engines: [{ id: '1', kind: b }] }, a, ['1']],
  ])('%s', (_name, changes, start, end) => {
    expect(planPool({ ...calm, ...changes })).toEqual({ start, end });
  });
});
