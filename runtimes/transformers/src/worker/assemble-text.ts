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

/**
 * Decodes with a small window, so that a character made of several tokens is given out whole, and holds back what may
 * be the beginning of a stop string.
 */
export function createTextAssembler(
  decode: (ids: readonly number[]) => string,
  stop: readonly string[],
  onPiece: (text: string) => void,
): TextAssembler {
  const ids: number[] = [];
  let windowStart = 0;
  let readUpTo = 0;
  let held = '';
  let given = '';
  let stopped = false;

  function give(text: string): void {
    if (text === '') return;
    given += text;
    onPiece(text);
  }

  function readNew(atEnd: boolean): string {
    const before = decode(ids.slice(windowStart, readUpTo));
    const now = decode(ids.slice(windowStart));
    if (now.length <= before.length || (now.endsWith('\uFFFD') && !atEnd)) return '';
    windowStart = readUpTo;
    readUpTo = ids.length;
    return now.slice(before.length);
  }

  function accept(text: string): void {
    held += text;
    const found = stop.map((each) => held.indexOf(each)).filter((place) => place >= 0);
    if (found.length > 0) {
      stopped = true;
      give(held.slice(0, Math.min(...found)));
      held = '';
      return;
    }
    const keep = Math.max(0, ...stop.map((each) => overlap(held, each)));
    give(held.slice(0, held.length - keep));
    held = held.slice(held.length - keep);
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
      give(held);
      held = '';
    },
    text: () => given,
    stopped: () => stopped,
  };
}

/** Length of the longest end of `text` that `word` begins with. */
function overlap(text: string, word: string): number {
  for (let size = Math.min(text.length, word.length - 1); size > 0; size--) {
    if (word.startsWith(text.slice(text.length - size))) return size;
  }
  return 0;
}
