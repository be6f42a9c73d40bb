import { describe, expect, it } from 'vitest';
import { enterPhase, type ModelPhase, newModelLifecycle } from './lifecycle.ts';

const startMs = Date.parse('2026-01-01T00:00:00Z');
const one = { id: 'rev_1', number: 1 };
const two = { id: 'rev_2', number: 2 };
const failure = { code: 'LOAD_FAILED', message: 'the file is cut short', logTail: ['line a', 'line b'] };

const enter = (...phases: readonly ModelPhase[]) =>
  phases.reduce(
    (lifecycle, phase, index) => enterPhase(lifecycle, phase, startMs + (index + 1) * 1_000),
    newModelLifecycle(startMs),
  );

const short = (phases: readonly ModelPhase[]) => {
  const { status, conditions } = enter(...phases);
  return [status, ...conditions.map(({ type, status: state }) => `${type}=${state}`)];
};

describe('the lifecycle of a model', () => {
  it.each<readonly [string, readonly ModelPhase[], readonly string[]]>([
    ['accepted', [], ['DEPLOYING', 'Ready=Unknown', 'Progressing=True']],
    [
      'deploying its first revision',
      [{ kind: 'deploying', revision: one, serving: null }],
      ['DEPLOYING', 'Ready=Unknown', 'Progressing=True', 'Proven=Unknown'],
    ],
    [
      'deployed',
      [{ kind: 'deployed', revision: one }],
      ['DEPLOYED', 'Ready=True', 'Progressing=False', 'Proven=True'],
    ],
    [
      'updating while the old revision serves',
      [{ kind: 'deploying', revision: two, serving: one }],
      ['DEPLOYING', 'Ready=True', 'Progressing=True', 'Proven=Unknown'],
    ],
    [
      'failed with nothing serving',
      [{ kind: 'failed', revision: one, failure, serving: null, retryMs: null }],
      ['FAILED', 'Ready=False', 'Progressing=False', 'Proven=False'],
    ],
    [
      'failed while the old revision serves',
      [{ kind: 'failed', revision: two, failure, serving: one, retryMs: null }],
      ['FAILED', 'Ready=True', 'Progressing=False', 'Proven=False'],
    ],
    ['deactivating', [{ kind: 'deactivating' }], ['DEACTIVATING', 'Ready=False', 'Progressing=True']],
    ['deactivated', [{ kind: 'deactivated' }], ['DEACTIVATED', 'Ready=False', 'Progressing=False']],
    ['deleting', [{ kind: 'deleting' }], ['DELETING', 'Ready=False', 'Progressing=True']],
  ])('%s', (_name, phases, expected) => {
    expect(short(phases)).toEqual(expected);
  });

  it('tells when what failed is tried again', () => {
    const { events, conditions } = enter({
      ...{ kind: 'failed', revision: one, failure, serving: null },
      retryMs: 20_000,
    });
    expect(events.at(-1)?.message).toMatch(
      /^Revision 1 failed; nothing serves; it is tried again in 20s\. LOAD_/,
    );
    expect(conditions.find(({ type }) => type === 'Progressing')).toMatchObject({
      status: 'True',
      message: 'It is tried again in 20s.',
    });
  });

  it('tells which location a revision that serves elsewhere has failed at', () => {
    const missing = [
      { location: 'oslo', failure, retryMs: 10_000 },
      { location: 'rome', failure, retryMs: null },
    ];
    const { status, events } = enter({ kind: 'deployed', revision: one, missing });
    expect(status).toBe('DEPLOYED');
    expect(events.at(-1)?.message).toBe(
      'Revision 1 is ready and gets the traffic.' +
        ' Location oslo does not serve it; it is tried again in 10s: LOAD_FAILED: the file is cut short' +
        ' Location rome does not serve it: LOAD_FAILED: the file is cut short',
    );
  });

  it('tells in the event why a revision failed, with its last lines, and what serves', () => {
    const { events } = enter({ kind: 'failed', revision: two, failure, serving: one, retryMs: null });
    expect(events.at(-1)).toEqual({
      time: '2026-01-01T00:00:01.000Z',
      type: 'failed',
      status: 'FAILED',
      revision: 'rev_2',
      message:
        'Revision 2 failed; revision 1 goes on serving. LOAD_FAILED: the file is cut short\nLast lines:\nline a\nline b',
    });
  });

  it('stays the same object in the same phase', () => {
    const lifecycle = enter({ kind: 'deployed', revision: one });
    expect(enterPhase(lifecycle, { kind: 'deployed', revision: one }, startMs + 60_000)).toBe(lifecycle);
  });

  it('keeps the time of a condition whose status did not change', () => {
    const { conditions } = enter(
      { kind: 'deployed', revision: one },
      { kind: 'deploying', revision: two, serving: one },
    );
    const since = Object.fromEntries(conditions.map((condition) => [condition.type, condition.since]));
    expect(since.Ready).toBe('2026-01-01T00:00:01.000Z');
    expect(since.Proven).toBe('2026-01-01T00:00:02.000Z');
  });

  it('keeps the last fifty events', () => {
    const phases = Array.from(
      { length: 60 },
      (_, index): ModelPhase =>
        index % 2 === 0 ? { kind: 'deactivated' } : { kind: 'deployed', revision: one },
    );
    expect(enter(...phases).events).toHaveLength(50);
  });
});
