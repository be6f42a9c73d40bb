import { StringDecoder } from 'node:string_decoder';

export interface LineSplitter {
  /** The lines that end in this chunk. */
  push(chunk: Buffer): readonly string[];
  /** The rest without a line end, if any. */
  flush(): readonly string[];
}

/** Cuts bytes into lines; what is longer than `maxLength` characters is cut off and said to be. */
export function createLineSplitter(maxLength: number): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let overlong = 0;

  const finish = (line: string): string => {
    const cut = overlong + Math.max(0, line.length - maxLength);
    overlong = 0;
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    return cut > 0 ? `${text.slice(0, maxLength)} [${cut} characters cut]` : text;
  };

  return {
    push(chunk) {
      const parts = (rest + decoder.write(chunk)).split('\n');
      rest = parts.pop() ?? '';
      const lines = parts.map(finish);
      if (rest.length > maxLength) {
        overlong += rest.length - maxLength;
        rest = rest.slice(0, maxLength);
      }
      return lines;
    },
    flush() {
      const line = rest + decoder.end();
      rest = '';
      return line === '' ? [] : [finish(line)];
    },
  };
}
