/**
 * Who may import whom. A place is the longest matching beginning of a file's path; what it may import is named by
 * package entry, or by folder for the rooms inside one package. Everything not listed is refused.
 */
export interface Layer {
  readonly place: string;
  /** Our own package entries that product code may import. */
  readonly mayImport: readonly string[];
  /** Entries that only tests may import in addition. */
  readonly testsMayImport?: readonly string[];
}

const everyCoreRoom = [
  '@beeline/core/base',
  '@beeline/core/resources',
  '@beeline/core/contract',
  '@beeline/core/service',
];
const coreTesting = ['@beeline/core/testing'];

export const layers: readonly Layer[] = [
  { place: 'core/base', mayImport: [], testsMayImport: ['core/testing'] },
  { place: 'core/resources', mayImport: ['core/base'] },
  { place: 'core/contract', mayImport: ['core/base', 'core/resources'] },
  { place: 'core/model-files', mayImport: ['core/base'] },
  { place: 'core/scaling', mayImport: ['core/base', 'core/resources'] },
  {
    place: 'core/relay',
    mayImport: ['core/base', 'core/contract', 'core/service'],
    testsMayImport: ['core/testing'],
  },
  { place: 'core/service', mayImport: ['core/base', 'core/contract'], testsMayImport: ['core/testing'] },
  { place: 'core/secrets', mayImport: ['core/base'] },
  { place: 'core/testing', mayImport: ['core/base'] },
  { place: 'drivers/interface', mayImport: ['@beeline/core/base'], testsMayImport: coreTesting },
  {
    place: 'drivers/testing',
    mayImport: ['@beeline/core/base', '@beeline/core/testing', 'drivers/interface'],
  },
  {
    place: 'drivers/process',
    mayImport: ['@beeline/core/base', 'drivers/interface'],
    testsMayImport: [...coreTesting, 'drivers/testing'],
  },
  { place: 'runtimes/interface', mayImport: ['@beeline/core/base'], testsMayImport: coreTesting },
  {
    place: 'runtimes/transformers',
    mayImport: ['@beeline/core/base', '@beeline/runtime-interface'],
    testsMayImport: [...coreTesting, '@beeline/runtime-interface/testing'],
  },
  {
    place: 'planes/control',
    mayImport: [...everyCoreRoom, '@beeline/core/model-files', '@beeline/core/secrets'],
    testsMayImport: coreTesting,
  },
  { place: 'planes/data', mayImport: [...everyCoreRoom, '@beeline/core/relay'], testsMayImport: coreTesting },
  {
    place: 'planes/execution/src/standard-drivers.ts',
    mayImport: ['@beeline/core/base', '@beeline/drivers/interface', '@beeline/drivers/process'],
  },
  {
    place: 'planes/execution/src/standard-runtimes.ts',
    mayImport: ['@beeline/runtime-interface', '@beeline/runtime-transformers'],
  },
  {
    place: 'planes/execution',
    mayImport: [
      ...everyCoreRoom,
      '@beeline/core/model-files',
      '@beeline/core/relay',
      '@beeline/core/scaling',
      '@beeline/core/secrets',
      '@beeline/drivers/interface',
      '@beeline/runtime-interface',
    ],
    testsMayImport: [
      ...coreTesting,
      '@beeline/drivers/process',
      '@beeline/drivers/testing',
      '@beeline/runtime-transformers',
    ],
  },
  {
    place: 'planes/standalone',
    mayImport: [
      ...everyCoreRoom,
      '@beeline/core/model-files',
      '@beeline/core/relay',
      '@beeline/control',
      '@beeline/data',
      '@beeline/execution',
    ],
    testsMayImport: coreTesting,
  },
  {
    place: 'clients/sdk',
    mayImport: ['@beeline/core/base', '@beeline/core/resources', '@beeline/core/contract'],
    testsMayImport: coreTesting,
  },
  {
    place: 'clients/cli',
    mayImport: [
      '@beeline/core/base',
      '@beeline/core/resources',
      '@beeline/core/contract',
      '@beeline/core/model-files',
      '@beeline/core/scaling',
      '@beeline/sdk',
    ],
    testsMayImport: [...coreTesting, '@beeline/sdk/testing'],
  },
  {
    place: 'tools',
    mayImport: [...everyCoreRoom, '@beeline/sdk', '@beeline/standalone', 'vitest.config.ts'],
    testsMayImport: coreTesting,
  },
  {
    place: 'test',
    mayImport: [
      ...everyCoreRoom,
      '@beeline/core/testing',
      '@beeline/core/model-files',
      '@beeline/core/relay',
      '@beeline/runtime-interface',
      '@beeline/sdk',
      '@beeline/cli',
      '@beeline/control',
      '@beeline/data',
      '@beeline/execution',
      '@beeline/standalone',
    ],
  },
];

/** The layer that a file belongs to: the one with the longest place. */
export function layerOf(path: string): Layer | undefined {
  return layers
    .filter((layer) => path === layer.place || path.startsWith(`${layer.place}/`))
    .sort((a, b) => b.place.length - a.place.length)[0];
}
