import { describe, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';

describe('a log line', () => {
  it('has nothing that acts on a terminal, and is the same JSON', () => {
    const lines: string[] = [];
    const logger = createLogger({ process: 'p', level: 'info' }, { write: (line) => lines.push(line) });
    const text = 'a\u001b[31m\u007f\u009b2J\u202e\u200b\tb';
    logger.info({ [text]: text }, text);
    const [line = ''] = lines;
    expect(JSON.parse(line)).toMatchObject({ level: 'info', process: 'p', msg: text, [text]: text });
    expect(line).toMatch(/^[\u0020-\u007e]+\n$/);
  });
});
