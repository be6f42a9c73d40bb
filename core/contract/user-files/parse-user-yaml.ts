import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml';
import { formatByteSize } from '../../base/index.ts';
import { checkYamlNodes, type YamlProblem } from './check-yaml-nodes.ts';
import { yamlLimits } from './yaml-limits.ts';

/** A text of a user, read; or why it is not valid YAML, without anything that a value holds. */
export type UserYaml =
  | { readonly ok: true; readonly documents: readonly Document[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Control characters that YAML does not have (its specification, section 5.1), and halves of characters. */
const unprintable = /[\p{Cs}\ufffe\uffff]|(?![\t\n\r\u0085])\p{Cc}/u;

const tooMany = (what: keyof typeof yamlLimits, offset: number, reason: string): YamlProblem => ({
  offset,
  code: what.toUpperCase(),
  reason,
});

/** The syntax of a text, read until a limit is passed. Nothing here grows faster than the text. */
function readSyntax(text: string, lines: LineCounter): readonly CST.Token[] | YamlProblem {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let documents = 0;
  const take = (parsed: Iterable<CST.Token>) => {
    for (const token of parsed) {
      tokens.push(token);
      if (token.type === 'document') documents += 1;
    }
  };
  for (const lexeme of new Lexer().lex(text)) {
    take(parser.next(lexeme));
    // Depth is counted exactly below; here what would cost time and stack is ended. Other things are on the stack too.
    if (parser.stack.length > 2 * yamlLimits.depth) {
      return tooMany('depth', parser.offset, `mappings and lists must be at most ${yamlLimits.depth} deep`);
    }
    if (documents > yamlLimits.documents) {
      return tooMany('documents', parser.offset, `it must have at most ${yamlLimits.documents} documents`);
    }
  }
  take(parser.end());
  return tokens;
}

function checkText(text: string): YamlProblem | undefined {
  if (text.length > yamlLimits.bytes) {
    return tooMany('bytes', yamlLimits.bytes, `it must have at most ${formatByteSize(yamlLimits.bytes)}`);
  }
  const found = unprintable.exec(text);
  if (found === null) return undefined;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { offset: found.index, code: 'UNPRINTABLE', reason: `the character U+${code} is not allowed` };
}

function checkDocument(document: Document): YamlProblem | undefined {
  const [found] = [...document.errors, ...document.warnings];
  if (found === undefined) return checkYamlNodes(document);
  const reason = (found.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
  return { offset: found.pos[0], code: found.code, reason };
}

/**
 * Reads YAML or JSON that a user wrote, within yamlLimits, in time that grows with its length alone. What it gives can
 * be turned into plain values: aliases are known, no key is there twice.
 */
export function parseUserYaml(text: string): UserYaml {
  const lines = new LineCounter();
  const refuse = ({ offset, code, reason }: YamlProblem): UserYaml => {
    const line = text.slice(0, offset).split('\n');
    const place = `line ${line.length}, column ${(line.at(-1)?.length ?? 0) + 1}`;
    return { ok: false, code, message: `is not valid YAML at ${place}: ${reason}` };
  };
  const wrong = checkText(text);
  if (wrong !== undefined) return refuse(wrong);
  const syntax = readSyntax(text, lines);
  if ('reason' in syntax) return refuse(syntax);
  // Keys are compared below: the library compares each with each. The schema is that of YAML 1.2 whatever a text says.
  const composer = new Composer({ uniqueKeys: false, schema: 'core', merge: false, resolveKnownTags: false });
  const documents: Document[] = [];
  for (const document of composer.compose(syntax, false, text.length)) {
    const problem = checkDocument(document);
    if (problem !== undefined) return refuse(problem);
    documents.push(document);
  }
  return { ok: true, documents };
}

/** The plain values of a document that parseUserYaml gave. */
export const valuesOf = (document: Document): unknown => document.toJS({ maxAliasCount: -1 });
