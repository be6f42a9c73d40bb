/** The kinds that a user can name: in manifests, on the command line, in paths. */
export interface KindNames {
  readonly kind: string;
  readonly singular: string;
  readonly plural: string;
  readonly short: string;
  /** Can be written in a manifest and applied. */
  readonly writable: boolean;
  /** One object per environment. */
  readonly perEnvironment: boolean;
}

export const kinds: readonly KindNames[] = [
  {
    kind: 'Environment',
    singular: 'environment',
    plural: 'environments',
    short: 'env',
    writable: true,
    perEnvironment: false,
  },
  {
    kind: 'Policy',
    singular: 'policy',
    plural: 'policies',
    short: 'pol',
    writable: true,
    perEnvironment: false,
  },
  { kind: 'Model', singular: 'model', plural: 'models', short: 'ml', writable: true, perEnvironment: true },
  {
    kind: 'Location',
    singular: 'location',
    plural: 'locations',
    short: 'loc',
    writable: false,
    perEnvironment: false,
  },
];

/** `apiVersion` of manifests; those of the public system are accepted as well. */
export const apiVersion = 'beeline.dev/v1alpha1';
export const acceptedApiVersions: readonly string[] = [
  apiVersion,
  'beamlit.com/v1alpha1',
  'blaxel.ai/v1alpha1',
];

/** Finds a kind by any of its names, whatever the case. */
export function findKind(name: string): KindNames | undefined {
  const lower = name.toLowerCase();
  return kinds.find((entry) => [entry.kind.toLowerCase(), entry.plural, entry.short].includes(lower));
}
