import { describe, expect, it } from 'vitest';
import { isAllowed, type Permission } from './authorize.ts';

describe('isAllowed', () => {
  it.each<readonly [Permission, boolean]>([
    ['models:create', true],
    ['models:delete', true],
    ['policies:list', true],
    ['policies:update', false],
    ['environments:get', true],
    ['environments:delete', false],
    ['apiKeys:list', false],
    ['executions:get', true],
  ])('a member and %s: %s', (permission, allowed) => {
    expect(isAllowed('member', permission)).toBe(allowed);
    expect(isAllowed('admin', permission)).toBe(true);
  });
});
