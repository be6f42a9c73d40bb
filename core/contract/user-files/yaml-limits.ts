import { formatByteSize } from '../../base/index.ts';
import { documentLimits } from '../../resources/index.ts';

/**
 * What a YAML or JSON text of a user may be: documents within documentLimits, and so little around them that reading
 * takes a moment. All of this is checked before, or while, the text is read.
 */
export const yamlLimits = {
  /** Bytes of one file. */
  bytes: 2 * 1024 ** 2,
  /** Documents of one file. */
  documents: 1_000,
  depth: documentLimits.depth,
  /** Uses of anchors in one document. */
  aliases: 100,
  /** With what aliases stand for. */
  values: documentLimits.values,
} as const;

/** The same for people, in the order in which they are checked. */
export const yamlLimitTexts: readonly (readonly [string, string])[] = [
  ['Size of a file', formatByteSize(yamlLimits.bytes)],
  ['Documents in a file', String(yamlLimits.documents)],
  ['Mappings and lists inside each other', String(yamlLimits.depth)],
  ['Aliases (`*name`) in a document', String(yamlLimits.aliases)],
  ['Values in a document, with what aliases stand for', String(yamlLimits.values)],
  ['Labels of an object', String(documentLimits.labels)],
];
