import { BeelineError } from '@beeline/core/base';
import { lookUpIn } from '@beeline/core/contract';
import { describe, expect, it } from 'vitest';
import { identify } from './identify.ts';

const run = (target: string, headers: Record<string, string> = {}) =>
  identify({ target, header: lookUpIn(headers) });

describe('a path', () => {
  it.each([
    ['/acme/models/toy', '/'],
    ['/acme/models/toy/', '/'],
    ['/acme/models/toy?', '/'],
    ['/acme/models/toy/v1/chat/completions', '/v1/chat/completions'],
    ['/acme/models/toy/a%2Fb/..//c?q=%20&empty&=&q=2', '/a%2Fb/..//c?q=%20&empty&=&q=2'],
    ['/acme/models/toy?environment=production', '/'],
    ['/acme/models/toy?a=1&environment=production&b=2', '/?a=1&b=2'],
    ['/acme/models/toy?debug=true&workspace=acme&x', '/?x'],
    ['/acme/models/toy?environments=x&mydebug=1', '/?environments=x&mydebug=1'],
    ['/acme/models/toy?e%6Evironment=production&y=%zz', '/?y=%zz'],
  ])('%s becomes %s', (url, upstreamPath) => {
    expect(run(url)).toMatchObject({
      workspace: 'acme',
      model: 'toy',
      environment: 'production',
      upstreamPath,
    });
  });

  it.each([
    '/',
    '/acme',
    '/acme/models',
    '/acme/models/',
    '/acme/model/toy',
    '//acme/models/toy',
    '/Acme/models/toy',
    '/acme/models/to%79',
    '/acme/models/..',
    '/acme/models/-toy',
    `/acme/models/${'a'.repeat(50)}`,
    'http://host/acme/models/toy',
    '*',
  ])('%s leads nowhere, and the answer says what is expected', (url) => {
    const error = run(url);
    expect(error).toBeInstanceOf(BeelineError);
    expect(error).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    expect((error as BeelineError).message).toContain('/{workspace}/models/{model}');
  });
});

describe('the environment', () => {
  it.each([
    ['', {}, 'production'],
    ['?environment=staging', {}, 'staging'],
    ['?environment=', {}, 'production'],
    ['?environment=a&environment=a', {}, 'a'],
    ['', { 'x-beeline-environment': 'staging' }, 'staging'],
    ['', { 'x-blaxel-environment': 'staging' }, 'staging'],
    ['', { 'x-beamlit-environment': 'staging' }, 'staging'],
    ['?environment=one', { 'x-beeline-environment': 'two' }, 'one'],
  ])('of %j with %j is %s', (query, headers, environment) => {
    expect(run(`/acme/models/toy${query}`, headers)).toMatchObject({ environment });
  });

  it.each(['A', 'a b', 'a&environment=b', '-a', '..', 'a'.repeat(50)])('cannot be %j', (environment) => {
    expect(run(`/acme/models/toy?environment=${environment}`)).toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
