/** A node of the syntax tree, in the ESTree format, with offsets into the text. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Change {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

const comparisons: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
};
const arithmetic: Readonly<Record<string, string>> = { '+': '-', '-': '+', '*': '/', '/': '*', '%': '*' };
const assignments: Readonly<Record<string, string>> = { '+=': '-=', '-=': '+=' };
const methods: Readonly<Record<string, string>> = { min: 'max', max: 'min', some: 'every', every: 'some' };

const isText = (node: unknown) =>
  isNode(node) &&
  (node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string'));
/** It is decided here whether to go this way, or that. */
const isTest = (node: Node, parent: Node | null) => parent !== null && parent.test === node;
/** What is only logged holds for nobody. */
const isLogging = (text: string) => /^(?:[\w.#]+\.)?logger\.\w+\(/.test(text);

function changeOperator(node: Node, text: string, table: Readonly<Record<string, string>>): Change[] {
  const { left, right } = node as unknown as { left: Node; right: Node };
  const other = table[node.operator as string];
  if (other === undefined || isText(left) || isText(right)) return [];
  const start = text.indexOf(node.operator as string, left.end);
  return [{ start, end: start + (node.operator as string).length, replacement: other }];
}

function changeNumber({ value, start, end }: Node): Change[] {
  if (typeof value !== 'number') return [];
  const replacement = value === 0 ? '1' : value === 1 ? '0' : String(value * 2);
  return [{ start, end, replacement }];
}

/** What a node could say instead, so that a test should fail; nothing for most nodes. */
export function proposeChanges(node: Node, parent: Node | null, text: string): readonly Change[] {
  const { start, end } = node;
  const changes: Change[] = [];
  const say = (replacement: string) => changes.push({ start, end, replacement });
  const own = text.slice(start, end);
  if (isTest(node, parent)) {
    // A loop that never ends shows nothing new.
    if (parent?.type !== 'WhileStatement' && parent?.type !== 'ForStatement') say('true');
    say('false');
  }
  switch (node.type) {
    case 'BinaryExpression': {
      const isEquality = node.operator === '===' || node.operator === '!==';
      if (!(isEquality && isTest(node, parent))) changes.push(...changeOperator(node, text, comparisons));
      changes.push(...changeOperator(node, text, arithmetic));
      break;
    }
    case 'LogicalExpression':
      if (node.operator === '??') say(text.slice((node.right as Node).start, (node.right as Node).end));
      else changes.push(...changeOperator(node, text, { '&&': '||', '||': '&&' }));
      break;
    case 'AssignmentExpression':
      changes.push(...changeOperator(node, text, assignments));
      break;
    case 'UpdateExpression':
      say(own.includes('++') ? own.replace('++', '--') : own.replace('--', '++'));
      break;
    case 'UnaryExpression':
      if (node.operator === '!' && !isTest(node, parent)) say(own.slice(1));
      break;
    case 'Literal':
      if (typeof node.value === 'boolean') say(String(!node.value));
      changes.push(...changeNumber(node));
      break;
    case 'ExpressionStatement':
      if (!isLogging(own) && typeof node.directive !== 'string') say(';');
      break;
    case 'ThrowStatement':
    case 'ContinueStatement':
    case 'BreakStatement':
      say(';');
      break;
    case 'ReturnStatement':
      if (!isNode(node.argument)) say(';');
      else if (node.argument.name !== 'undefined') say('return undefined as never;');
      break;
    case 'ArrowFunctionExpression': {
      const body = node.body as Node;
      if (body.type !== 'BlockStatement' && body.type !== 'Literal') {
        changes.push({ start: body.start, end: body.end, replacement: 'undefined as never' });
      }
      break;
    }
    case 'MemberExpression': {
      const property = node.property as Node;
      const other = Object.hasOwn(methods, String(property.name))
        ? methods[String(property.name)]
        : undefined;
      if (other !== undefined && node.computed !== true && parent?.callee === node) {
        changes.push({ start: property.start, end: property.end, replacement: other });
      }
      break;
    }
  }
  return changes;
}
