import { formatByteSize } from '../../base/index.ts';

/**
 * What a YAML or JSON text of a user may be. Far more than anyone writes by hand, and so little that reading it takes
 * a moment: all of this is checked before, or while, the text is read.
 */
export const yamlLimits = {
  /** Bytes of one file. */
  bytes: 2 * 1024 ** 2,
  /** Documents of one file. */
  documents: 1_000,
  /** Mappings and lists inside each other. */
  depth: 32,
  /** Uses of anchors in one document. */
  aliases: 100,
  /** Values of one document, with what its aliases stand for. */
  values: 20_000,
} as const;

/** The same for people, in the order in which they are checked. */
export const yamlLimitTexts: readonly (readonly [string, string])[] = [
  ['Size of a file', formatByteSize(yamlLimits.bytes)],
  ['Documents in a file', String(yamlLimits.documents)],
  ['Mappings and lists inside each other', String(yamlLimits.depth)],
  ['Aliases (`*name`) in a document', String(yamlLimits.aliases)],
  ['Values in a document, with what aliases stand for', String(yamlLimits.values)],
];
