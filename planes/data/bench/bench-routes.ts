import { createHash } from 'node:crypto';
import type { RoutesMessage } from '@beeline/core/contract';

const route = (model: string) => ({
  workspace: 'acme',
  model,
  environment: 'production',
  state: 'serving' as const,
  reason: null,
  retryable: false,
  targets: [{ revision: model, weight: 100, locations: ['local'] }],
});

/** The two models of the benchmark and the key that its callers send. */
export const benchRoutes: RoutesMessage = {
  version: 1,
  workspaces: ['acme'],
  routes: [route('toy'), route('streams')],
  keys: [
    {
      id: 'key-1',
      hash: createHash('sha256').update('bl_bench').digest('hex'),
      workspaces: ['acme'],
      role: 'member',
      expiresAt: null,
    },
  ],
};
