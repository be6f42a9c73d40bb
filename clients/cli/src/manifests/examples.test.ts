import { access, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { foregroundClock } from '@beeline/sdk';
import { describe, expect, it } from 'vitest';
import type { CliIo } from '../cli-io.ts';
import { readManifests } from './read-manifests.ts';

const directory = fileURLToPath(new URL('../../../../examples', import.meta.url));
const files = (await readdir(directory)).filter((name) => name.endsWith('.yaml'));
const stream = (lines: string[]) => ({
  write(chunk: string | Uint8Array, done: () => void) {
    lines.push(String(chunk));
    done();
  },
});

describe('the examples', () => {
  it('are all here', () => {
    expect(files.sort()).toEqual([
      'chat.yaml',
      'policies.yaml',
      'sentence-embedding.yaml',
      'sentiment.yaml',
      'two-environments.yaml',
    ]);
  });

  it.each(files.map((name) => [name]))(
    '%s passes every check without a warning, and its files exist',
    async (name) => {
      const warnings: string[] = [];
      const io: CliIo = {
        stdin: (async function* () {})(),
        stdout: stream([]),
        stderr: stream(warnings),
        env: {},
        cwd: directory,
        homeDir: directory,
        clock: foregroundClock,
        signal: new AbortController().signal,
        resolvePackage: (entry) => entry,
        becomeProgram: () => {},
      };
      const environment = { value: null, fromFlag: false };
      const located = await readManifests(io, { names: [name], recursive: false, secrets: [], environment });
      expect(warnings).toEqual([]);
      for (const { manifest } of located) {
        if (manifest.kind === 'Model') await access(fileURLToPath(manifest.input.spec.runtime.model));
      }
    },
  );
});
