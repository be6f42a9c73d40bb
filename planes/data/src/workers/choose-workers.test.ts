import { describe, expect, it } from 'vitest';
import { chooseWorkers } from './choose-workers.ts';

describe('the number of workers', () => {
  it.each([
    ['auto', null, 'linux', 1, 1],
    ['auto', null, 'linux', 4, 4],
    ['auto, with many processors', null, 'linux', 64, 8],
    ['as many as are asked for', 64, 'linux', 4, 64],
    ['auto, without a kernel that spreads connections', null, 'darwin', 4, 1],
    ['one everywhere', 1, 'darwin', 4, 1],
  ] as const)('is %s', (_what, wanted, platform, processors, chosen) => {
    expect(chooseWorkers(wanted, { platform, processors })).toBe(chosen);
  });

  it('is refused where the system cannot share a port', () => {
    expect(() => chooseWorkers(2, { platform: 'darwin', processors: 4 })).toThrow(
      'workers must be 1 or auto on darwin',
    );
  });
});
