import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';
import { platformArguments } from './up.ts';

describe('bl up', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
  });
  afterEach(() => bl.close());

  it('becomes the platform with every flag as it was given', async () => {
    await bl.run(['up', '--port', '9000', '--data-dir=/d', '-v']);
    expect(bl.programs).toEqual([
      [process.execPath, '/installed/@beeline/standalone/main.ts', '--port', '9000', '--data-dir=/d', '-v'],
    ]);
  });

  it('lets the platform list its flags', async () => {
    await bl.run(['up', '--', '--help']);
    expect(bl.programs[0]?.at(-1)).toBe('--help');
  });

  it('says that there is no platform in this installation', () => {
    const missing = () => {
      throw new Error('ERR_MODULE_NOT_FOUND');
    };
    expect(() => platformArguments([], missing)).toThrowError(/has no platform to start; run bl in a clone/);
  });
});
