import { StringDecoder } from 'node:string_decoder';
import { cutText } from '@beeline/core/base';

export interface LineSplitter {
  /** The lines that end in this chunk. */
  push(chunk: Buffer): readonly string[];
  /** The rest without a line end, if any. */
  flush(): readonly string[];
}

/** Cuts bytes into lines; what is longer than `maxLength` characters is cut off and said to be. */
export function createLineSplitter(maxLength: number): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let overlong = 0;

  const take = (text: string): void => {
    const whole = overlong > 0 ? line : line + text;
    // One character more, which may be the carriage return before the line's end.
    const kept = cutText(whole, maxLength + 1);
    overlong += line.length + text.length - kept.length;
    line = kept;
  };

  const finish = (): string => {
    const text = overlong === 0 && line.endsWith('\r') ? line.slice(0, -1) : line;
    const kept = cutText(text, maxLength);
    const cut = overlong + text.length - kept.length;
    line = '';
    overlong = 0;
    return cut > 0 ? `${kept} [${cut} characters cut]` : kept;
  };

  return {
    push(chunk) {
      const parts = decoder.write(chunk).split('\n');
      const rest = parts.pop() ?? '';
      const lines = parts.map((part) => {
        take(part);
        return finish();
      });
      take(rest);
      return lines;
    },
    flush() {
      take(decoder.end());
      return line === '' ? [] : [finish()];
    },
  };
}
