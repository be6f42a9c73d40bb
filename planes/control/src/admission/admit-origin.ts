import { BeelineError, describeViolations } from '@beeline/core/base';
import { judgeOriginPath, type OriginPathRules } from '@beeline/core/model-files';
import { parseFileOrigin } from '@beeline/core/resources';

interface OriginWish {
  /** `spec.runtime.model` as it is wished. */
  readonly model: string;
  readonly byOwner: boolean;
}

/**
 * Whether the directory of a deployment counts as named by the owner, after a write. Whoever leaves the directory as it
 * is keeps its right, also for one that no rule would allow now: it is the location that reads it, or not.
 * @throws BeelineError INVALID_INPUT when the path may not be named by who wishes it.
 */
export function admitOrigin(
  wish: OriginWish,
  before: { readonly model: string; readonly originByOwner: boolean } | null,
  rules: OriginPathRules,
): boolean {
  if (before?.model === wish.model) return wish.byOwner || before.originByOwner;
  const origin = parseFileOrigin(wish.model);
  const rule = origin.ok ? judgeOriginPath(origin.path, wish.byOwner, rules) : null;
  if (rule === null) return wish.byOwner;
  const fields = [{ field: 'spec.runtime.model', rule, received: JSON.stringify(wish.model) }];
  throw new BeelineError('INVALID_INPUT', { message: describeViolations(fields), fields });
}
