import { access, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { captureStream, createTestIo } from '../testing/test-io.ts';
import { readManifests } from './read-manifests.ts';

const directory = fileURLToPath(new URL('../../../../examples', import.meta.url));
const files = (await readdir(directory)).filter((name) => name.endsWith('.yaml'));
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
      const stderr = captureStream();
      const io = createTestIo({ stderr: stderr.stream, cwd: directory });
      const environment = { value: null, fromFlag: false };
      const located = await readManifests(io, { names: [name], recursive: false, secrets: [], environment });
      expect(stderr.text()).toBe('');
      for (const { manifest } of located) {
        if (manifest.kind === 'Model') await access(fileURLToPath(manifest.input.spec.runtime.model));
      }
    },
  );
});
