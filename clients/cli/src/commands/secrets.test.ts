import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';

const keys = [
  { id: '00112233aabbccdd', state: 'current', values: 3 },
  { id: 'ffffffff00000000', state: 'missing', values: 1 },
];
const lost = { model: 'chat', environment: 'production', variable: 'TOKEN', key: 'ffffffff00000000' };

describe('bl secrets', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
  });
  afterEach(() => bl.close());
  const answer = (body: unknown) => {
    bl.platform.intercept = () => ({ status: 200, body });
  };
  const asked = () => bl.platform.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`);

  it('shows the keys, and the values that have lost theirs', async () => {
    answer({ keys, unreadable: [lost] });
    expect(await bl.run(['secrets'])).toMatchObject({
      code: 0,
      stdout: `KEY               STATE    VALUES
00112233aabbccdd  current       3
ffffffff00000000  missing       1

These values cannot be opened: put their key back, or apply the models again. Those of earlier revisions stay in the list until the revisions are forgotten.
MODEL  ENVIRONMENT  VARIABLE  KEY
chat   production   TOKEN     ffffffff00000000
`,
    });
    expect(asked()).toEqual(['GET /v0/secrets_keys']);
  });

  it.each([
    [true, 3, 'The new key 00112233aabbccdd is current; 3 values were put under it.\n'],
    [false, 1, 'The first key 00112233aabbccdd is current; 1 value was put under it.\n'],
    [false, 0, 'under it; for another one put a new key first in the settings.\n'],
  ])('rotates and says what was done: new key %s, %i values', async (newKey, rewrapped, text) => {
    answer({ newKey, rewrapped, keys, unreadable: [] });
    const { code, stderr, stdout } = await bl.run(['secrets', 'rotate']);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'KEY               STATE    VALUES']);
    expect(stderr).toContain(text);
    expect(asked()).toEqual(['POST /v0/secrets_keys/rotate']);
  });

  it('gives the answer as data', async () => {
    answer({ keys, unreadable: [] });
    const { stdout } = await bl.run(['secrets', '-o', 'json']);
    expect(JSON.parse(stdout)).toEqual({ keys, unreadable: [] });
  });

  it('knows no other action', async () => {
    expect(await bl.run(['secrets', 'rotat'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the action must be rotate (received rotat)'),
    });
  });
});
