import { describe, expect, it } from 'vitest';
import { lookUpIn, readCredential, readWorkspaceName } from './credentials.ts';

describe('a credential', () => {
  it.each([
    [{ authorization: 'Bearer k' }, 'k'],
    [{ authorization: 'bearer  k ' }, 'k'],
    [{ 'x-blaxel-authorization': 'Bearer k' }, 'k'],
    [{ 'x-beamlit-authorization': 'Bearer k' }, 'k'],
    [{ 'x-blaxel-api-key': 'k' }, 'k'],
    [{ 'x-beamlit-api-key': 'k' }, 'k'],
    [{ 'api-key': 'k' }, 'k'],
    [{ authorization: 'Bearer other', 'x-blaxel-authorization': 'Bearer k' }, 'k'],
    [{}, undefined],
  ])('is read from %j', (headers, expected) => {
    expect(readCredential(lookUpIn(headers))).toBe(expected);
  });
});

describe('a workspace', () => {
  it('is named by the header before the query', () => {
    expect(readWorkspaceName(lookUpIn({ 'x-blaxel-workspace': 'a' }), 'b')).toBe('a');
    expect(readWorkspaceName(lookUpIn({}), 'b')).toBe('b');
    expect(readWorkspaceName(lookUpIn({}), null)).toBeUndefined();
  });
});
