import { describe, expect, it } from 'vitest';
import { checkAddress } from './check-address.ts';

describe('an address', () => {
  it.each(['/v0/models', '/v0/models?q=caf%C3%A9&limit=2', '/v0/a?', '/v0/a?&x=%25'])(
    'may be %s',
    (address) => {
      expect(() => checkAddress(address)).not.toThrow();
    },
  );

  it.each([
    ['/v0/models?q=caf%E9', /%E9 at offset 16 begins no character/],
    ['/v0/%C3%A9/%C3', /%C3 at offset 11 begins no character/],
    ['/v0/models?q=100%', /"%" at offset 16: after % come two hex digits/],
    ['/v0/models?q=%zz', /"%zz" at offset 13/],
    ['/v0/models?q=%00', /zero character/],
    ['/v0/models?q=caf\u00e9', /character at offset 16/],
    ['/v0/models?limit=1&limit=2', /\?limit must be sent once/],
    ['/v0/models?limit=1&l%69mit=2', /\?limit must be sent once/],
  ])('may not be %s', (address, message) => {
    expect(() => checkAddress(address)).toThrow(message);
  });
});
