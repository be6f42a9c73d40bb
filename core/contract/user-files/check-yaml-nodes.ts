import { type Alias, type Document, isAlias, isCollection, isPair, isScalar, type Node } from 'yaml';
import { yamlLimits } from './yaml-limits.ts';

/** What is wrong with a text, and where: an offset in characters. */
export interface YamlProblem {
  readonly offset: number;
  readonly code: string;
  readonly reason: string;
}

interface Walk {
  /** Values behind each anchor that is complete; null while it is still being read. */
  readonly anchors: Map<string, number | null>;
  aliases: number;
  problem: YamlProblem | undefined;
}

const offsetOf = (node: unknown) => (node as Node | null)?.range?.[0] ?? 0;

function report(walk: Walk, node: unknown, code: string, reason: string): number {
  walk.problem ??= { offset: offsetOf(node), code, reason };
  return 0;
}

function aliasSize(walk: Walk, alias: Alias): number {
  walk.aliases += 1;
  if (walk.aliases > yamlLimits.aliases) {
    return report(walk, alias, 'ALIASES', `it must have at most ${yamlLimits.aliases} aliases`);
  }
  const size = walk.anchors.get(alias.source);
  if (size === undefined) {
    return report(walk, alias, 'ALIAS_UNKNOWN', `*${alias.source} names no anchor above it in its document`);
  }
  if (size === null) {
    return report(walk, alias, 'ALIAS_CYCLE', `*${alias.source} stands inside of what it names`);
  }
  return size;
}

/** A whole number, written with all its digits, that JavaScript would round. */
const isRounded = (value: unknown, source = '') =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^([-+]?\d+|0x[\da-f]+|0o\d+)$/i.test(source);

function checkKey(walk: Walk, key: unknown, seen: Set<string>): void {
  if (!isScalar(key)) {
    report(walk, key, 'KEY_NOT_TEXT', 'a key must be a text, not an alias, a mapping or a list');
    return;
  }
  if (key.source === '<<') {
    report(walk, key, 'MERGE_KEY', 'merge keys (<<) are not read; write the fields out');
  }
  const name = String(key.value);
  if (seen.has(name)) {
    report(walk, key, 'DUPLICATE_KEY', `the key ${JSON.stringify(name)} is there already`);
  }
  seen.add(name);
  sizeOf(walk, key, 0);
}

function contentSize(walk: Walk, node: unknown, depth: number): number {
  if (isScalar(node)) {
    if (!isRounded(node.value, node.source)) return 1;
    return report(walk, node, 'NUMBER_TOO_LARGE', 'the number is too large to be exact; put it in quotes');
  }
  if (!isCollection(node)) return 1;
  if (depth >= yamlLimits.depth) {
    return report(walk, node, 'DEPTH', `mappings and lists must be at most ${yamlLimits.depth} deep`);
  }
  const seen = new Set<string>();
  let size = 1;
  for (const item of node.items) {
    if (isPair(item)) checkKey(walk, item.key, seen);
    size += sizeOf(walk, isPair(item) ? item.value : item, depth + 1);
    if (size > yamlLimits.values) {
      return report(walk, item, 'VALUES', `a document must have at most ${yamlLimits.values} values`);
    }
    if (walk.problem !== undefined) return 0;
  }
  return size;
}

/** How many values a node stands for when its aliases are filled in. */
function sizeOf(walk: Walk, node: unknown, depth: number): number {
  if (isAlias(node)) return aliasSize(walk, node);
  const anchor = (node as Node | null)?.anchor;
  if (anchor === undefined) return contentSize(walk, node, depth);
  walk.anchors.set(anchor, null);
  const size = contentSize(walk, node, depth);
  walk.anchors.set(anchor, size);
  return size;
}

/** What makes plain values of a document impossible, or too many; each node is looked at once. */
export function checkYamlNodes(document: Document): YamlProblem | undefined {
  const walk: Walk = { anchors: new Map(), aliases: 0, problem: undefined };
  sizeOf(walk, document.contents, 0);
  return walk.problem;
}
