/** How a numbered call asks to be answered. */
export type CallKind = 'unary' | 'stream';

/** What became of one numbered call. */
export interface CallResult {
  readonly number: number;
  readonly kind: CallKind;
  /** Null when the answer was whole and its own; otherwise what was wrong, for people. */
  readonly problem: string | null;
  /** `cut`: the answer had begun and did not end. */
  readonly outcome: 'answered' | 'failed' | 'cut';
  /** The model server's process, when the answer says. */
  readonly pid: number | null;
}

const streamedEvents = 10;

/** Holds an answer's body against what the model server sends for that number; null when it is right. */
export function findFault(kind: CallKind, number: number, body: string): string | null {
  if (kind === 'unary') {
    const answered = (JSON.parse(body) as { number: number }).number;
    return answered === number ? null : `the answer of call ${answered}`;
  }
  const expected = [
    ...Array.from({ length: streamedEvents }, (_, event) => `${number} ${event}`),
    `${number} end`,
  ];
  const received = body.split('\n\n').filter((line) => line !== '');
  const wrong = expected.findIndex((line, index) => received[index] !== `data: ${line}`);
  if (wrong !== -1) return `event ${wrong} is ${JSON.stringify(received[wrong])}`;
  return received.length === expected.length ? null : `${received.length} events`;
}
