import { EngineError } from '../../engine/engine-error.ts';
import type { ChatMessage } from '../../session/messages.ts';
import { invalid, readChoice, readFields, readString } from '../fields.ts';

/** The messages of a conversation; content may be a string or a list of text parts. */
export function readMessages(value: unknown, name: string): ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid(name, 'must be a list of messages', value);
  return value.map((message: unknown, index) => {
    const place = `${name}[${index}]`;
    const fields = readFields(message, place, ['role', 'content', 'name']);
    const role = readString(fields, 'role');
    if (role === null) throw invalid(`${place}.role`, 'must be a string', fields.role);
    if (role === 'tool' || role === 'function') {
      const text = `${place}.role must not be '${role}': this server does not call tools`;
      throw new EngineError('INVALID_BODY', text, { field: `${place}.role` });
    }
    return {
      role: role === 'developer' ? 'system' : role,
      content: readContent(fields.content, `${place}.content`),
    };
  });
}

function readContent(content: unknown, name: string): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalid(name, 'must be a string or a list of text parts', content);
  return content
    .map((part: unknown, index) => {
      const place = `${name}[${index}]`;
      const fields = readFields(part, place, ['type', 'text']);
      readChoice(fields, 'type', ['text']);
      const text = readString(fields, 'text');
      if (text === null) throw invalid(`${place}.text`, 'must be a string', fields.text);
      return text;
    })
    .join('');
}
