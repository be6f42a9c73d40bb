import { Readable } from 'node:stream';
import { countWithin, type PageEntry } from '../../store/pages/load-page.ts';
import type { Turns } from './take-turns.ts';

/** What users wrote of the items that are loaded and rendered at once, in bytes: a millisecond or two. */
const sliceBytes = 64 * 1024;
const sliceItems = 50;

/** Loads and renders items by their ids; those that are gone meanwhile are left out. */
export type LoadItems<T> = (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>;

/** What stands around the items. */
interface Frame {
  readonly head: string;
  readonly tail: string;
}

/** Cuts a page into parts that are small enough to be rendered at once. */
export function planSlices(entries: readonly PageEntry[]): readonly (readonly PageEntry[])[] {
  const slices: (readonly PageEntry[])[] = [];
  for (let start = 0; start < entries.length; ) {
    const some = entries.slice(start, start + sliceItems);
    const slice = some.slice(0, countWithin(some, sliceBytes));
    slices.push(slice);
    start += slice.length;
  }
  return slices;
}

async function renderSlice<T>(slice: readonly PageEntry[], load: LoadItems<T>): Promise<string[]> {
  const items = await load(slice.map(({ id }) => id));
  return slice.flatMap(({ id }) => {
    const item = items.get(id);
    return item === undefined ? [] : [JSON.stringify(item)];
  });
}

/**
 * The text of a page, a slice at a time. The next one is loaded when the reader has taken the one before, so a slow
 * reader costs the memory of one; in between everybody else has a turn.
 */
async function* renderPage<T>(
  slices: readonly (readonly PageEntry[])[],
  load: LoadItems<T>,
  frame: Frame,
  turns: Turns,
): AsyncGenerator<string> {
  let before = frame.head;
  for (const slice of slices) {
    const texts = await turns.run(() => renderSlice(slice, load));
    if (texts.length > 0) {
      yield `${before}${texts.join(',')}`;
      before = ',';
    }
  }
  yield `${before === ',' ? '' : before}${frame.tail}`;
}

/** Reads ahead by one part: what fails at once is still answered as an error. */
async function beginEarly(parts: AsyncGenerator<string>): Promise<AsyncGenerator<string>> {
  const first = await parts.next();
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* parts;
  })();
}

/**
 * The text of a page as a stream that loads items as they are read.
 * @throws what loading the first items throws.
 */
export async function streamPage<T>(
  entries: readonly PageEntry[],
  load: LoadItems<T>,
  frame: Frame,
  turns: Turns,
): Promise<Readable> {
  const parts = await beginEarly(renderPage(planSlices(entries), load, frame, turns));
  return Readable.from(parts, { objectMode: false });
}
