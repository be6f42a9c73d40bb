import { describe, expect, it } from 'vitest';
import { checkSwitch } from './check-switch.ts';

const agreed = { http10: false, upgrade: 'websocket', switches: true, contentLength: -1, chunked: false };

describe('an answer that switches protocols', () => {
  it.each<[string, string]>([
    ['websocket', 'websocket'],
    ['WebSocket', 'foo/2, websocket'],
    ['foo/2', 'foo/2, websocket'],
  ])('to %s agrees to %s', (upgrade, asked) => {
    expect(checkSwitch({ ...agreed, upgrade }, asked)).toBeNull();
  });

  it.each<[Partial<typeof agreed>, string]>([
    [{ http10: true }, 'HTTP/1.0'],
    [{ switches: false }, 'without Connection'],
    [{ upgrade: null as unknown as string }, 'named none'],
    [{ contentLength: 0 }, 'declared a body'],
    [{ contentLength: 5 }, 'declared a body'],
    [{ chunked: true }, 'declared a body'],
    [{ upgrade: 'h2c' }, '"h2c", which was not asked for'],
    [{ upgrade: 'websocket, h2c' }, '"h2c", which was not asked for'],
    [{ upgrade: '' }, 'not asked for'],
  ])('with %j opens no tunnel', (change, problem) => {
    expect(checkSwitch({ ...agreed, ...change }, 'websocket')).toContain(problem);
  });
});
