import { incomplete, malformed } from './head-lines.ts';
import { findHeaderName, type HeaderSet, imitatesGuardedName } from './header-name.ts';

const lineLimit = 4_096;
const trailersLimit = 16_384;
/** Of all chunks together: nothing is done with them. */
const extensionsLimit = 16_384;

/** Trailers may not carry what routes, frames or authenticates a message. */
const forbiddenTrailers: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'cookie',
  'set-cookie',
  'content-encoding',
  'content-type',
  'content-range',
]);

const sizeLine = /^([0-9a-fA-F]{1,13})([ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Whether a trailer of that name may be sent on. */
export function isForwardableTrailer(spelled: string): boolean {
  if (!token.test(spelled)) return false;
  const lower = spelled.toLowerCase();
  if (imitatesGuardedName(lower)) return false;
  return !forbiddenTrailers.has(lower) && (findHeaderName(lower)?.role ?? 'end-to-end') === 'end-to-end';
}

/** Those of some trailers (name, value, …) that are not in a set of headers to be left out. */
export function withoutTrailers(raw: readonly string[], drop: HeaderSet | undefined): readonly string[] {
  if (raw.length === 0 || drop === undefined) return raw;
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const spelled = raw[index] ?? '';
    const name = findHeaderName(spelled.toLowerCase());
    if (name === undefined || !drop.has(name)) kept.push(spelled, raw[index + 1] ?? '');
  }
  return kept;
}

export interface ChunkSink {
  onBody(chunk: Buffer): void;
}

/** Takes a chunked body apart, however its bytes are cut. One decoder per message. */
export class ChunkedDecoder {
  /** Name, value, … of the trailers that may be sent on; complete when the message is. */
  readonly trailers: string[] = [];
  /** Why the body is not well-formed; set once `decode` has returned `malformed`. */
  problem = '';
  private state: 'size' | 'data' | 'data-end' | 'trailers' = 'size';
  private left = 0;
  private line = '';
  private trailersLength = 0;
  private extensionsLength = 0;

  /**
   * Feeds bytes from an offset. Returns the offset after the message's last byte once it is complete, `incomplete` or
   * `malformed`.
   */
  decode(bytes: Buffer, from: number, sink: ChunkSink): number {
    let position = from;
    while (position < bytes.length) {
      if (this.state === 'data') {
        const end = Math.min(bytes.length, position + this.left);
        this.left -= end - position;
        if (this.left === 0) this.state = 'data-end';
        sink.onBody(position === 0 && end === bytes.length ? bytes : bytes.subarray(position, end));
        position = end;
        continue;
      }
      const newline = bytes.indexOf(10, position);
      const end = newline === -1 ? bytes.length : newline + 1;
      this.line += bytes.toString('latin1', position, end);
      position = end;
      if (this.line.length > lineLimit) return this.fail('a line of its chunked body is too long');
      if (newline === -1) return incomplete;
      if (!this.line.endsWith('\r\n')) return this.fail('a line of its chunked body ends without CR');
      const line = this.line.slice(0, -2);
      this.line = '';
      if (this.takeLine(line)) return position;
      if (this.problem !== '') return malformed;
    }
    return incomplete;
  }

  private fail(problem: string): typeof malformed {
    this.problem = problem;
    return malformed;
  }

  /** True when the line ended the message. */
  private takeLine(line: string): boolean {
    if (this.state === 'data-end') {
      if (line === '') this.state = 'size';
      else this.fail('a chunk of its body is longer than its size says');
      return false;
    }
    if (this.state === 'trailers') {
      if (line === '') return true;
      this.takeTrailer(line);
      return false;
    }
    const [, size, extensions = ''] = sizeLine.exec(line) ?? [];
    this.extensionsLength += extensions.length;
    if (this.extensionsLength > extensionsLimit) {
      this.fail('the extensions of its chunks are too long');
      return false;
    }
    if (size === undefined) {
      this.fail(`a chunk size of its body is ${JSON.stringify(line.slice(0, 40))}`);
      return false;
    }
    this.left = Number.parseInt(size, 16);
    this.state = this.left === 0 ? 'trailers' : 'data';
    return false;
  }

  private takeTrailer(line: string): void {
    this.trailersLength += line.length;
    const colon = line.indexOf(':');
    if (
      !token.test(line.slice(0, Math.max(0, colon))) ||
      this.trailersLength > trailersLimit ||
      /[^\t\x20-\x7e\x80-\xff]/.test(line)
    ) {
      this.fail('a trailer of its body is malformed or too long');
      return;
    }
    const name = line.slice(0, colon);
    if (isForwardableTrailer(name)) this.trailers.push(name, line.slice(colon + 1).trim());
  }
}
