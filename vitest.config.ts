import { defineConfig } from 'vitest/config';

const never = ['**/node_modules/**', '**/.beeline/**'];

/** Three projects: `unit` runs in seconds, `whole` needs real parts (databases, processes), `slow` takes minutes. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...never, '**/*.whole.test.ts', '**/*.slow.test.ts'],
          // Files share their modules: loading them anew for each was four fifths of all processor time. A file that
          // leaves something behind hurts the next one, which is how it is found.
          isolate: false,
          // They take milliseconds, and seconds of computing on a machine that is busy with other work.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'whole',
          include: ['**/*.whole.test.ts'],
          exclude: never,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'slow',
          include: ['**/*.slow.test.ts'],
          exclude: never,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
