import { EngineError } from '../../engine/engine-error.ts';
import type { ChatMessage } from '../../session/messages.ts';
import { invalid, readChoice, readFields, readString } from '../fields.ts';

/** What answers of OpenAI have beside their text, and clients send back with them. */
const neutral = { tool_calls: [[]], annotations: [[]], refusal: [''] };

/** The messages of a conversation; content may be a string or a list of text parts. */
export function readMessages(value: unknown, name: string): ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid(name, 'must be a list of messages', value);
  return value.map((message: unknown, index) => {
    const place = `${name}[${index}]`;
    const fields = readFields(message, place, ['role', 'content', 'name'], neutral);
    const role = readString(fields, 'role');
    if (role === null || !/^\w+$/.test(role)) throw invalid(`${place}.role`, 'must be one word', fields.role);
    if (role === 'tool' || role === 'function') {
      const text = `${place}.role must not be '${role}': this server does not call tools`;
      throw new EngineError('INVALID_BODY', text, { field: `${place}.role` });
    }
    const speaker = readString(fields, 'name');
    return {
      role: role === 'developer' ? 'system' : role,
      content: readContent(fields.content, `${place}.content`),
      ...(speaker === null ? {} : { name: speaker }),
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
