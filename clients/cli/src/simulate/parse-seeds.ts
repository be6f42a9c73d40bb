const most = 100;

/**
 * Seeds as people write them: `3` for 1 to 3, `11-13` for a range, `4,9` for a list; ranges may be in lists. Undefined
 * when the text is none of these, or more than a hundred.
 */
export function parseSeeds(text: string): readonly number[] | undefined {
  if (!/^\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*$/.test(text)) return undefined;
  const ranges = (/^\d+$/.test(text) ? `1-${text}` : text).split(',').map((part) => {
    const [first = '', last = first] = part.split('-');
    return { first: Number(first), last: Number(last) };
  });
  const count = ranges.reduce((sum, { first, last }) => sum + Math.max(0, last - first + 1), 0);
  if (count > most || ranges.some(({ first, last }) => last < first)) return undefined;
  const seeds = ranges.flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
  return [...new Set(seeds)];
}
