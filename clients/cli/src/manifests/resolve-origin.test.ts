import { describe, expect, it } from 'vitest';
import { parseManifest } from './parse-manifest.ts';

const manifest = (model: string) => ({
  apiVersion: 'beeline.dev/v1alpha1',
  kind: 'Model',
  metadata: { name: 'm' },
  spec: { runtime: { model } },
});
const parse = (model: string) =>
  parseManifest(manifest(model), { directory: '/a b', environment: { value: null, fromFlag: false } });

describe('the origin of a manifest', () => {
  it.each([
    ['file:./x', 'file:///a%20b/x'],
    ['file:../x', 'file:///x'],
    ['file:/x', 'file:/x'],
  ])('%s in /a b is %s', (written, resolved) => {
    expect(parse(written).input.spec).toMatchObject({ runtime: { model: resolved } });
  });

  it.each(['./x', '../x', '/x'])('%s is refused, with the way to write it', (written) => {
    const hint = `write file:${written}`;
    expect(() => parse(written)).toThrowError(
      expect.objectContaining({ fields: [expect.objectContaining({ field: 'spec.runtime.model', hint })] }),
    );
  });

  it('is not guessed at when it is no path', () => {
    expect(() => parse('acme/model')).toThrowError(
      expect.objectContaining({ fields: [expect.not.objectContaining({ hint: expect.anything() })] }),
    );
  });
});
