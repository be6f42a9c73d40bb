import { parseSync } from 'vite';
import { isNode, type Node, proposeChanges } from './propose-changes.ts';

/** One change of one file that a test should notice. */
export interface Mutant {
  /** From the repository's root. */
  readonly path: string;
  readonly line: number;
  /** What is replaced, as offsets into the file's text, and by what. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** Number of the innermost function around it; null for code that runs when the module is loaded. */
  readonly inFunction: number | null;
}

export interface ParsedFile {
  readonly mutants: readonly Mutant[];
  /** Offsets just behind the opening braces of function bodies; a function's number is its place here. */
  readonly functionBodies: readonly number[];
}

const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

/** Nothing of these is there at run time, or they only wrap an expression. */
const isTypeOnly = (node: Node) =>
  node.type === 'ImportDeclaration' ||
  (node.type.startsWith('TS') && !/^TS(As|NonNull|Satisfies)/.test(node.type));

const isFunction = ({ type }: Node) =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';

/**
 * All mutants of a file, in the order of its text.
 * @throws Error when the text cannot be parsed.
 */
export function findMutants(path: string, text: string): ParsedFile {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const mutants: Mutant[] = [];
  const functionBodies: number[] = [];
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;

  function visit(node: Node, parent: Node | null, inFunction: number | null): void {
    if (isTypeOnly(node)) return;
    for (const change of proposeChanges(node, parent, text)) {
      mutants.push({ path, line: lineOf(change.start), ...change, inFunction });
    }
    let inner = inFunction;
    const { body } = node;
    if (isFunction(node) && isNode(body) && body.type === 'BlockStatement') {
      inner = functionBodies.push(body.start + 1) - 1;
    }
    for (const child of childrenOf(node)) visit(child, node, inner);
  }
  visit(program as unknown as Node, null, null);
  return { mutants: mutants.sort((a, b) => a.start - b.start), functionBodies };
}

/** The file's text with the change in it. */
export function applyMutant(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** The file's text, in which each function tells when it runs: it adds `path:number` to a set of that name. */
export function markFunctions(path: string, text: string, { functionBodies }: ParsedFile): string {
  let marked = text;
  for (const [number, offset] of [...functionBodies.entries()].sort(([, a], [, b]) => b - a)) {
    const mark = `globalThis.reachedFunctions?.add(${JSON.stringify(`${path}:${number}`)});`;
    marked = marked.slice(0, offset) + mark + marked.slice(offset);
  }
  return marked;
}
