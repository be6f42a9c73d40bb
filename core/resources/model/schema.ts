import { type Static, Type } from 'typebox';
import { durationField } from '../duration-field.ts';
import { flavorSchema } from '../flavor.ts';
import { metadataSchema, resourceName } from '../metadata.ts';

export const modelTasks = ['text-classification', 'feature-extraction', 'text-generation'] as const;

/** What replicas are scaled by: requests, or what the replicas use. */
export const scalingMetrics = ['concurrency', 'rps', 'cpu', 'memory'] as const;
export type ScalingMetric = (typeof scalingMetrics)[number];

export const modelRuntimeSchema = Type.Object(
  {
    type: Type.Optional(
      Type.Enum(['directory'], { default: 'directory', description: 'Kind of origin that `model` names' }),
    ),
    model: Type.String({
      minLength: 1,
      maxLength: 4096,
      pattern: '^file:/',
      'x-rule': 'must be file: and the absolute path of a directory',
      description:
        'The origin: `file:` and the absolute path of a directory in HuggingFace layout. The command line resolves a relative one against the manifest.',
    }),
    modelDigest: Type.Optional(
      Type.String({
        pattern: '^sha256:[0-9a-f]{64}$',
        'x-rule': 'must be sha256: and 64 hex digits',
        description:
          'What the files have to be: a change makes a new revision, and other files are refused. The command line writes it for files that it can read.',
      }),
    ),
    engine: Type.Optional(
      Type.Enum(['transformers'], { default: 'transformers', description: 'The model server' }),
    ),
    task: Type.Optional(Type.Enum([...modelTasks], { description: 'Inferred from the files when absent' })),
    dtype: Type.Optional(Type.Enum(['fp32', 'q8'], { description: 'The best of those present when absent' })),
    envs: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({
              pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
              'x-rule': 'must be letters, digits and underscores, not beginning with a digit',
              maxLength: 128,
            }),
            value: Type.String({
              maxLength: 32_768,
              pattern: '^[^\\u0000]*$',
              'x-rule': 'must not have a zero byte in it',
            }),
            secret: Type.Optional(
              Type.Boolean({
                description:
                  'true: the value is stored encrypted and never given back; *** stands for it, and *** that is sent keeps it',
              }),
            ),
            version: Type.Optional(
              Type.String({
                readOnly: true,
                maxLength: 64,
                description: 'Of a secret value: changes with it; sent with *** it must be the current one',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        {
          maxItems: 100,
          description:
            'Environment of the model server; each name once, and for generation process only names of docs/reference/variables.md',
        },
      ),
    ),
    startTimeout: Type.Optional(durationField('How long the model server may take to become ready')),
    generation: Type.Optional(
      Type.Enum(['process'], {
        default: 'process',
        description: 'How replicas are isolated; fixed once deployed',
      }),
    ),
  },
  { additionalProperties: false },
);

export const serverlessConfigSchema = Type.Object(
  {
    minNumReplicas: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100, description: 'Replicas kept without any request' }),
    ),
    maxNumReplicas: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'Upper bound of replicas' }),
    ),
    metric: Type.Optional(
      Type.Enum([...scalingMetrics], {
        default: 'concurrency',
        description:
          'What the target is counted in: requests at once, requests per second, percent of one processor that a replica uses, or MiB of memory that it uses',
      }),
    ),
    target: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,7}(\\.[0-9]+)?$',
        'x-rule': 'must be a number of at most 7 digits, in quotes',
        description:
          'What one replica should have, in units of the metric; when absent 8 at once, 10 per second, 70 percent of one processor (it may be up to 6400: a replica can use several), or 1024 MiB',
      }),
    ),
    scaleDownDelay: Type.Optional(
      durationField(
        'Reduced load must last this long before replicas go; as long as the measured start, at least 10s, when absent',
      ),
    ),
    stableWindow: Type.Optional(
      durationField('Demand is averaged over this time; a tenth of it is the panic window'),
    ),
    scaleUpMinimum: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'Replicas that are started when there is none' }),
    ),
    lastPodRetentionPeriod: Type.Optional(
      durationField(
        'How long the last replica outlives the last request; twenty times the measured start, at least 15s, when absent',
      ),
    ),
    drainTimeout: Type.Optional(
      durationField(
        'How long running requests may go on when their replica is no longer wanted, then they are cut; what the location is set to (replicaDrainTimeout, 5m) when absent',
      ),
    ),
  },
  { additionalProperties: false },
);

export const modelSpecSchema = Type.Object(
  {
    enabled: Type.Optional(
      Type.Boolean({ default: true, description: 'false: not reachable and without resources' }),
    ),
    policies: Type.Optional(Type.Array(resourceName, { maxItems: 50, description: 'Names of policies' })),
    flavors: Type.Optional(
      Type.Array(flavorSchema, { maxItems: 20, description: 'Hardware it may use; any cpu when absent' }),
    ),
    runtime: modelRuntimeSchema,
    serverlessConfig: Type.Optional(serverlessConfigSchema),
  },
  { additionalProperties: false },
);

/** A model deployment as a user writes it: one version of a model on one environment. */
export const modelSchema = Type.Object(
  {
    apiVersion: Type.Optional(Type.String()),
    kind: Type.Optional(Type.Literal('Model')),
    metadata: Type.Object(
      { ...metadataSchema.properties, environment: Type.Optional(resourceName) },
      { additionalProperties: false },
    ),
    spec: modelSpecSchema,
    status: Type.Optional(Type.String({ readOnly: true })),
    events: Type.Optional(Type.Array(Type.Unknown(), { readOnly: true })),
    observed: Type.Optional(Type.Unknown({ readOnly: true })),
  },
  { additionalProperties: false },
);

export type ModelInput = Static<typeof modelSchema>;
export type ModelSpecInput = Static<typeof modelSpecSchema>;
export type ModelTask = (typeof modelTasks)[number];
