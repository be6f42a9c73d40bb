import { describe, expect, it } from 'vitest';
import { Secret } from '../../base/index.ts';
import { authorizeScrape } from './authorize-scrape.ts';

const here = { remoteAddress: '127.0.0.1', headers: { host: 'localhost:8787' } };
const open = { token: null, trustLoopback: true };
const guarded = { token: new Secret('scrape-me'), trustLoopback: true };
const bearer = (token: string) => ({
  ...here,
  headers: { ...here.headers, authorization: `Bearer ${token}` },
});

describe('metrics', () => {
  it.each([
    ['a caller on this machine', here, open],
    ['a caller on this machine over IPv6', { remoteAddress: '::1', headers: { host: '[::1]:8787' } }, open],
    ['a mapped address', { ...here, remoteAddress: '::ffff:127.0.0.1' }, open],
    ['the token', bearer('scrape-me'), guarded],
    ['the token from elsewhere', { ...bearer('scrape-me'), remoteAddress: '10.0.0.9' }, guarded],
  ])('are shown to %s', (_who, caller, policy) => {
    expect(authorizeScrape(caller, policy)).toBeNull();
  });

  it.each([
    ['a caller from elsewhere', { ...here, remoteAddress: '10.0.0.9' }, open, 'FORBIDDEN'],
    ['a caller whose address is unknown', { ...here, remoteAddress: undefined }, open, 'FORBIDDEN'],
    [
      'whoever a proxy speaks for',
      { ...here, headers: { host: 'localhost', 'x-forwarded-for': '1.2.3.4' } },
      open,
      'FORBIDDEN',
    ],
    ['a page under another name', { ...here, headers: { host: 'evil.example' } }, open, 'FORBIDDEN'],
    ['anybody behind a proxy of ours', here, { token: null, trustLoopback: false }, 'FORBIDDEN'],
    ['a local caller without the token', here, guarded, 'AUTHENTICATION_REQUIRED'],
    ['another token', bearer('guess'), guarded, 'AUTHENTICATION_FAILED'],
  ])('are hidden from %s', (_who, caller, policy, code) => {
    expect(authorizeScrape(caller, policy)?.code).toBe(code);
  });
});
