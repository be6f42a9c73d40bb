import { BeelineError, describeViolations, type FieldViolation } from '../../base/index.ts';
import { durationBounds } from '../duration-field.ts';
import { repeatedEntries } from '../repeated-entries.ts';
import { createDocumentParser } from '../schema-violations.ts';
import { judgeEnvs } from './envs.ts';
import { parseFileOrigin } from './parse-file-origin.ts';
import { type ModelInput, modelSchema, type ScalingMetric } from './schema.ts';

const parseSchema = createDocumentParser(modelSchema);

interface TargetRule {
  readonly rule: string;
  allows(target: number): boolean;
}

const requests: TargetRule = {
  rule: 'must be over 0 and below 10000',
  allows: (target) => target > 0 && target < 10_000,
};
const targetRules: Record<ScalingMetric, TargetRule> = {
  concurrency: requests,
  rps: requests,
  cpu: {
    rule: 'must be from 1 to 6400, in percent of one processor',
    allows: (target) => target >= 1 && target <= 6_400,
  },
  memory: {
    rule: 'must be from 1 to 1048576, in MiB',
    allows: (target) => target >= 1 && target <= 1_048_576,
  },
};

function targetViolations(metric: ScalingMetric, target: string | undefined): readonly FieldViolation[] {
  const { rule, allows } = targetRules[metric];
  if (target === undefined || allows(Number(target))) return [];
  return [{ field: 'spec.serverlessConfig.target', rule, received: JSON.stringify(target) }];
}

function crossFieldViolations(model: ModelInput): readonly FieldViolation[] {
  const scaling = model.spec.serverlessConfig ?? {};
  const at = 'spec.serverlessConfig';
  const violations: FieldViolation[] = [
    ...durationBounds('spec.runtime.startTimeout', model.spec.runtime.startTimeout, {
      minMs: 100,
      maxMs: 3_600_000,
      asText: 'between 100ms and 1h',
    }),
    ...durationBounds(`${at}.scaleDownDelay`, scaling.scaleDownDelay, {
      minMs: 0,
      maxMs: 3_600_000,
      asText: 'at most 1h',
    }),
    ...durationBounds(`${at}.lastPodRetentionPeriod`, scaling.lastPodRetentionPeriod, {
      minMs: 0,
      maxMs: 86_400_000,
      asText: 'at most 24h',
    }),
    ...durationBounds(`${at}.drainTimeout`, scaling.drainTimeout, {
      minMs: 0,
      maxMs: 86_400_000,
      asText: 'at most 24h',
    }),
  ];
  violations.push(
    ...durationBounds(`${at}.stableWindow`, scaling.stableWindow, {
      minMs: 6_000,
      maxMs: 3_600_000,
      asText: 'between 6s and 1h',
    }),
  );
  const origin = parseFileOrigin(model.spec.runtime.model);
  if (!origin.ok) {
    violations.push({
      field: 'spec.runtime.model',
      rule: origin.rule,
      received: JSON.stringify(model.spec.runtime.model),
    });
  }
  const { minNumReplicas: min, maxNumReplicas: max } = scaling;
  if (min !== undefined && max !== undefined && min > max) {
    violations.push({
      field: `${at}.minNumReplicas`,
      rule: `must not be over maxNumReplicas (${max})`,
      received: String(min),
    });
  }
  const { scaleUpMinimum: first } = scaling;
  if (first !== undefined && max !== undefined && first > max) {
    violations.push({
      field: `${at}.scaleUpMinimum`,
      rule: `must not be over maxNumReplicas (${max})`,
      received: String(first),
    });
  }
  violations.push(
    ...repeatedEntries('spec.policies[]', model.spec.policies),
    ...repeatedEntries(
      'spec.flavors[].name',
      model.spec.flavors?.map(({ name }) => name),
    ),
  );
  violations.push(...targetViolations(scaling.metric ?? 'concurrency', scaling.target));
  const types = new Set((model.spec.flavors ?? []).map((flavor) => flavor.type));
  if (types.size > 1) {
    violations.push({
      field: 'spec.flavors',
      rule: 'must be all cpu or all gpu, never mixed',
      received: [...types].join(' and '),
    });
  }
  return violations;
}

/**
 * Checks a model document as a user wrote it.
 * @param envs `unjudged` where `planEnvs` judges the variables, which knows those that are stored.
 * @throws BeelineError INVALID_INPUT naming each field, its rule and what was received.
 */
export function parseModel(value: unknown, envs: 'judged' | 'unjudged' = 'judged'): ModelInput {
  const parsed = parseSchema(value);
  const violations = parsed.ok
    ? [
        ...crossFieldViolations(parsed.value),
        ...(envs === 'judged' ? judgeEnvs(parsed.value.spec.runtime) : []),
      ]
    : parsed.violations;
  if (parsed.ok && violations.length === 0) return parsed.value;
  throw new BeelineError('INVALID_INPUT', { message: describeViolations(violations), fields: violations });
}
