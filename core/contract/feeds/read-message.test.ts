import { describe, expect, it } from 'vitest';
import { readAssignmentsMessage } from './assignments-message.ts';
import { readExecutionsMessage } from './executions-message.ts';
import { readLogsMessage } from './logs-message.ts';
import { readObservedMessage } from './observed-message.ts';
import { readRoutesMessage } from './routes-message.ts';
import oldMessages from './testing/messages-of-0.1.0.json' with { type: 'json' };

const readers = {
  routes: readRoutesMessage,
  assignments: readAssignmentsMessage,
  observed: readObservedMessage,
  executions: readExecutionsMessage,
  logs: readLogsMessage,
} as const;
const kinds = Object.keys(readers) as (keyof typeof readers)[];

type Json = Record<string, unknown>;
const copyOf = (kind: keyof typeof readers) => structuredClone(oldMessages[kind]) as Json;

describe('a message', () => {
  it.each(kinds)('of release 0.1.0 is read: %s', (kind) => {
    expect(readers[kind](copyOf(kind))).toEqual({ ok: true, message: oldMessages[kind], refused: [] });
  });

  it.each(kinds)('of a newer version, with fields that are not known, is read: %s', (kind) => {
    const addField = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(addField);
      if (typeof value !== 'object' || value === null) return value;
      return { ...Object.fromEntries(Object.entries(value).map(([k, v]) => [k, addField(v)])), newer: 'yes' };
    };
    const newer = addField(copyOf(kind));
    expect(readers[kind](newer)).toEqual({ ok: true, message: newer, refused: [] });
  });

  it.each([
    ['routes', 'routes', 'state', 'open', /^state must be one of serving, deactivated, unavailable$/],
    ['routes', 'keys', 'hash', 7, /^hash must be string$/],
    ['assignments', 'revisions', 'proof', 'later', /^proof must be one of needed, done$/],
    ['observed', 'revisions', 'inFlight', -1, /^inFlight must be >= 0$/],
    ['observed', 'revisions', 'revision', 'a\0', /^revision must have no zero character$/],
    ['executions', 'executions', 'startedAt', 1.5, /^startedAt must be integer$/],
    ['logs', 'lines', 'message', null, /^message must be string$/],
  ] as const)('of %s keeps what is good beside one of %s whose %s is %j', (kind, list, field, bad, rule) => {
    const message = copyOf(kind);
    const [first] = message[list] as Json[];
    message[list] = [first, { ...first, [field]: bad }, first];
    const read = readers[kind](message);
    expect(read).toMatchObject({
      ok: true,
      message: { [list]: [first, first] },
      refused: [{ item: `${list}[1]`, rule: expect.stringMatching(rule) }],
    });
  });

  it.each([
    ['routes', 'routes'],
    ['assignments', 'revisions'],
    ['observed', 'revisions'],
    ['executions', 'executions'],
    ['logs', 'lines'],
  ] as const)(
    'of %s may have thousands of %s: the limits of documents are not those of messages',
    (kind, list) => {
      const message = copyOf(kind);
      const [first] = message[list] as Json[];
      message[list] = Array.from({ length: 5_000 }, () => first);
      expect(readers[kind](message)).toMatchObject({ ok: true, refused: [] });
      (message[list] as Json[])[7] = {};
      const read = readers[kind](message);
      expect(read.ok && read.refused.map(({ item }) => item)).toEqual([`${list}[7]`]);
    },
  );

  it('without a field that all of it needs is refused as a whole, by name', () => {
    const { version: _, ...rest } = copyOf('routes');
    expect(readRoutesMessage(rest)).toEqual({
      ok: false,
      violations: [{ field: 'version', rule: 'is required' }],
    });
    expect(readRoutesMessage('text')).toMatchObject({ ok: false });
    expect(readRoutesMessage({ ...rest, version: 1, routes: {} })).toMatchObject({
      ok: false,
      violations: [{ field: 'routes' }],
    });
  });

  it('with an item that cannot be read keeps that item as it was before', () => {
    const before = readAssignmentsMessage(copyOf('assignments'));
    const message = copyOf('assignments');
    const [first] = message.revisions as Json[];
    message.revisions = [{ ...first, number: 'two' }, { number: 3 }];
    const read = readAssignmentsMessage(message, before.ok ? before.message : null);
    expect(read).toMatchObject({ ok: true, message: { revisions: [first] } });
    expect(read.ok && read.refused.map(({ item, id }) => [item, id])).toEqual([
      ['revisions[0]', first?.revision],
      ['revisions[1]', null],
    ]);
  });

  it('says what is wrong without what was received, which may be secret', () => {
    const message = copyOf('assignments');
    const [first] = message.revisions as [{ template: { runtime: Json } }];
    first.template.runtime.envs = { TOKEN: ['hunter2'] };
    const read = readAssignmentsMessage(message);
    expect(JSON.stringify(read.ok && read.refused)).toContain('template.runtime.envs.TOKEN must be string');
    expect(JSON.stringify(read.ok && read.refused)).not.toContain('hunter2');
  });
});
