import { BeelineError } from '@beeline/core/base';
import { lines, type Shown } from './show.ts';

/** A place that text and bytes go to: a terminal, a file, a pipe, or a buffer of a test. */
export interface OutputStream {
  /** Calls back when the chunk is taken; with an error when nobody reads any more. */
  write(chunk: string | Uint8Array, done: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean;
  /** Size of a terminal, in characters and lines. */
  readonly columns?: number;
  readonly rows?: number;
}

/** The only way of a command to print: nothing gets to a terminal that acts on it. */
export interface Output {
  readonly isTTY: boolean;
  /** Size of a terminal, in characters and lines; it may change. */
  size(): { readonly columns?: number; readonly rows?: number };
  /** Writes and waits until the stream took it, so that a slow reader slows us down. */
  print(text: Shown): Promise<void>;
  /** Bytes of a model, as they are; on a terminal as text without anything that acts. */
  pass(bytes: Uint8Array): Promise<void>;
  /** What `pass` still holds back: call it once after the last bytes. */
  endPass(): Promise<void>;
}

/** Bytes that come in parts as text, with a carriage return kept until it shows what it belongs to. */
function createTextParts() {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held = '';
  return (bytes: Uint8Array | undefined): string => {
    const text = held + decoder.decode(bytes, { stream: bytes !== undefined });
    held = bytes !== undefined && text.endsWith('\r') ? '\r' : '';
    return held === '' ? text : text.slice(0, -1);
  };
}

/** Nobody reads any more, or the disk is full. */
function unwritable(cause: Error): BeelineError {
  const code = 'code' in cause ? String(cause.code) : cause.message;
  return new BeelineError('INTERNAL_ERROR', {
    message: `the output cannot be written (${code}); what was printed is not the whole`,
    cause,
  });
}

export function openOutput(stream: OutputStream): Output {
  const isTTY = stream.isTTY === true;
  const nextText = createTextParts();
  const write = (chunk: string | Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      stream.write(chunk, (error) =>
        error === undefined || error === null ? resolve() : reject(unwritable(error)),
      );
    });
  return {
    isTTY,
    size: () => ({
      ...(stream.columns === undefined ? {} : { columns: stream.columns }),
      ...(stream.rows === undefined ? {} : { rows: stream.rows }),
    }),
    print: ({ text }) => write(text),
    pass: (bytes) => write(isTTY ? lines(nextText(bytes)).text : bytes),
    endPass: async () => {
      if (isTTY) await write(lines(nextText(undefined)).text);
    },
  };
}
