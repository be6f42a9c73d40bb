/** Turns growing token ids into text that never has to be taken back. */
export interface TextAssembler {
  /** Adds one token. */
  push(id: number): void;
  /** Gives out what is still held back; called once, at the end. */
  finish(): void;
  /** All text given out so far. */
  text(): string;
  /** Whether one of the stop strings came up; the text ends before it. */
  stopped(): boolean;
}

/** How long text is held back at most, whichever comes first; looked at with each token. */
export interface HoldLimit {
  /** Tokens of an unfinished character. The longest one in UTF-8 has four bytes. */
  readonly characterTokens: number;
  /** Tokens of what may be the beginning of a stop string. */
  readonly stopTokens: number;
  readonly ms: number;
}

export const holdLimit: HoldLimit = { characterTokens: 8, stopTokens: 128, ms: 5_000 };

/**
 * Decodes with a small window, so that a character made of several tokens is given out whole, and holds back what may
 * be the beginning of a stop string. What is held back for too long is given out as it is: a stop string that is
 * complete only then still ends the text, though its beginning was seen.
 */
export function createTextAssembler(
  decode: (ids: readonly number[]) => string,
  stop: readonly string[],
  onPiece: (text: string) => void,
  limit: HoldLimit = holdLimit,
  nowMs: () => number = () => performance.now(),
): TextAssembler {
  const ids: number[] = [];
  let windowStart = 0;
  let readUpTo = 0;
  let held = '';
  /** Of `held`, what was given out because it was held for too long. */
  let shown = 0;
  let given = '';
  let stopped = false;
  const characterHold = createHold(nowMs);
  const stopHold = createHold(nowMs);

  function give(text: string): void {
    if (text === '') return;
    given += text;
    onPiece(text);
  }

  function readNew(atEnd: boolean): string {
    const before = decode(ids.slice(windowStart, readUpTo));
    const now = decode(ids.slice(windowStart));
    const unfinished = now.length > before.length && now.endsWith('\uFFFD');
    const waits = unfinished && !atEnd && !characterHold.isOver(limit.characterTokens, limit.ms);
    if (!unfinished) characterHold.end();
    if (now.length <= before.length || waits) return '';
    characterHold.end();
    windowStart = readUpTo;
    readUpTo = ids.length;
    return now.slice(before.length);
  }

  function accept(text: string): void {
    held += text;
    const found = stop.map((each) => held.indexOf(each)).filter((place) => place >= 0);
    if (found.length > 0) {
      stopped = true;
      give(held.slice(shown, Math.min(...found)));
      held = '';
      return;
    }
    const keep = Math.max(0, ...stop.map((each) => overlap(held, each)));
    const past = held.length - keep;
    give(held.slice(shown, past));
    held = held.slice(past);
    shown = Math.max(0, shown - past);
    // What is held now may begin later than what was held before.
    if (past > 0 || shown === held.length) stopHold.end();
    if (shown < held.length && stopHold.isOver(limit.stopTokens, limit.ms)) {
      give(held.slice(shown));
      shown = held.length;
    }
  }

  return {
    push(id) {
      if (stopped) return;
      ids.push(id);
      accept(readNew(false));
    },
    finish() {
      if (stopped) return;
      accept(readNew(true));
      give(held.slice(shown));
      held = '';
    },
    text: () => given,
    stopped: () => stopped,
  };
}

/** Counts how long something is held back: tokens, and time. */
function createHold(nowMs: () => number) {
  let tokens = 0;
  let sinceMs = 0;
  return {
    /** One more token came while it is held. */
    isOver(mostTokens: number, mostMs: number): boolean {
      if (tokens === 0) sinceMs = nowMs();
      tokens += 1;
      return tokens >= mostTokens || nowMs() - sinceMs >= mostMs;
    },
    end(): void {
      tokens = 0;
    },
  };
}

/** Length of the longest end of `text` that `word` begins with. */
function overlap(text: string, word: string): number {
  for (let size = Math.min(text.length, word.length - 1); size > 0; size--) {
    if (word.startsWith(text.slice(text.length - size))) return size;
  }
  return 0;
}
