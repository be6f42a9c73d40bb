import type { CallKind, CallResult } from './call-result.ts';
import { type CallTarget, type PostAnswer, postBody } from './post-body.ts';

/** A call of the real engine; it says the same for the same input, so the answer can be known beforehand. */
export interface EngineCall {
  readonly kind: CallKind;
  readonly model: string;
  readonly path: string;
  readonly body: string;
}

const sentences = ['I love this', 'I hate this', 'What a lovely day', 'This is broken and slow'];
const questions = ['What do bees make?', 'Where do bees live?', 'Who are you?'];
const tokens = 60;

export const unaryCalls: readonly EngineCall[] = sentences.map((inputs) => ({
  kind: 'unary',
  model: 'sentiment',
  path: '',
  body: JSON.stringify({ inputs }),
}));

export const streamCalls: readonly EngineCall[] = questions.map((content) => ({
  kind: 'stream',
  model: 'chat',
  path: '/v1/chat/completions',
  body: JSON.stringify({
    messages: [{ role: 'user', content }],
    min_tokens: tokens,
    max_tokens: tokens,
    stream: true,
  }),
}));

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
}

/** Answers to several calls are computed together, which moves the last digits of a score. */
function readScore(text: string): string {
  const [best] = JSON.parse(text) as readonly { readonly label: string; readonly score: number }[];
  return `${best?.label} ${best?.score.toFixed(2)}`;
}

/** What an answer says: of a stream its words, in order, without names and times; null when it has no regular end. */
function readAnswer(kind: CallKind, text: string): string | null {
  if (kind === 'unary') return readScore(text);
  const events = text.split('\n\n').filter((event) => event.startsWith('data: '));
  if (events.pop() !== 'data: [DONE]') return null;
  return events
    .map((event) => (JSON.parse(event.slice('data: '.length)) as Chunk).choices?.[0]?.delta?.content ?? '')
    .join('');
}

function judge(call: EngineCall, answer: PostAnswer, expected: string | null) {
  if (answer.outcome !== 'whole') return answer;
  const { status, text } = answer;
  if (status !== 200) return { outcome: 'failed', problem: `${status} ${text}` } as const;
  const said = readAnswer(call.kind, text);
  if (said === null) return { outcome: 'cut', problem: `no end after ${text.length} characters` } as const;
  if (expected !== null && said !== expected)
    return {
      outcome: 'cut',
      problem: `${JSON.stringify(said)} in place of ${JSON.stringify(expected)}`,
    } as const;
  return { outcome: 'answered', problem: null } as const;
}

/** Asks once, and gives what every later answer has to say. */
export async function learnAnswer(target: CallTarget, call: EngineCall): Promise<string> {
  const answer = await postBody(target, call.path, call.body);
  const { problem } = judge(call, answer, null);
  const said = answer.outcome === 'whole' ? readAnswer(call.kind, answer.text) : null;
  if (problem !== null || said === null) throw new Error(`${call.model} did not answer: ${problem}`);
  return said;
}

/** Sends one call and holds the answer against what it has to say. */
export async function sendEngineCall(
  target: CallTarget,
  call: EngineCall,
  number: number,
  expected: string,
): Promise<CallResult> {
  const answer = await postBody(target, call.path, call.body);
  return { number, kind: call.kind, pid: null, ...judge(call, answer, expected) };
}
