import type { ExecutionRecord } from '@beeline/core/contract';
import type { ResponseHead } from '@beeline/core/relay';

type Tokens = ExecutionRecord['tokens'];

/** What is kept of the end of an answer: usage stands in its last event, or at the end of the JSON body. */
const tailBytes = 4_096;

const count = (text: string | undefined) => (text === undefined ? null : Number(text));
const countOf = (header: string | undefined) => (/^\d{1,12}$/.test(header ?? '') ? Number(header) : null);

/** Usage as OpenAI-style bodies carry it: the last one that stands in the text. */
export function findUsage(text: string): Tokens {
  const at = text.lastIndexOf('"usage"');
  if (at === -1) return null;
  const usage = text.slice(at);
  const input = count(/"(?:prompt|input)_tokens"\s*:\s*(\d{1,12})/.exec(usage)?.[1]);
  const output = count(/"(?:completion|output)_tokens"\s*:\s*(\d{1,12})/.exec(usage)?.[1]);
  if (input === null && output === null) return null;
  return { input: input ?? 0, output: output ?? 0, estimated: false };
}

/** Learns the tokens of an answer as it passes: from its headers, else from the end of its JSON or event stream. */
export class TokenReader {
  private fromHeaders: Tokens = null;
  private readable = false;
  private tail: string[] = [];
  private tailLength = 0;

  readHead(head: Pick<ResponseHead, 'header'>): void {
    const input = countOf(head.header('x-usage-prompt-tokens'));
    const output = countOf(head.header('x-usage-completion-tokens'));
    if (input !== null || output !== null) {
      this.fromHeaders = { input: input ?? 0, output: output ?? 0, estimated: false };
    } else this.readable = /^(application\/json|text\/event-stream)/i.test(head.header('content-type') ?? '');
  }

  /** The bytes are valid during the call only. */
  readBytes(bytes: Buffer): void {
    if (!this.readable) return;
    const kept = bytes.toString('latin1', Math.max(0, bytes.length - tailBytes));
    this.tail.push(kept);
    this.tailLength += kept.length;
    const first = this.tail[0];
    if (first !== undefined && this.tailLength - first.length >= tailBytes) {
      this.tail.shift();
      this.tailLength -= first.length;
    }
  }

  result(): Tokens {
    if (this.fromHeaders !== null || this.tailLength === 0) return this.fromHeaders;
    return findUsage(this.tail.join('').slice(-tailBytes));
  }
}
