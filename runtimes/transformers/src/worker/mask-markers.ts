/** Stands in for markers inside text, so that a tokenizer does not see them until they are put back. */
export interface MarkerMask {
  /** The text with a stand-in for the first character of each marker in it. */
  hide(text: string, markers: Markers): string;
  /** The text as it was. */
  show(text: string): string;
}

const blockSize = 0x1000;
/** The supplementary private use areas hold this many blocks. */
const firstBlock = 0xf0000;
const blocks = 32;

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Texts that mean something to a tokenizer, prepared for looking for them. */
export interface Markers {
  /** Matches, without taking any character, where one begins; null when there are none. */
  readonly anywhere: RegExp | null;
  readonly list: readonly string[];
  /** How each of them can begin and end, when that is not all of it. */
  readonly beginnings: ReadonlySet<string>;
  readonly endings: ReadonlySet<string>;
  readonly longest: number;
}

export function compileMarkers(list: readonly string[]): Markers {
  const sizes = (marker: string) =>
    Array.from({ length: Math.max(0, marker.length - 1) }, (_, index) => index + 1);
  return {
    anywhere: list.length === 0 ? null : new RegExp(`(?=${list.map(escapePattern).join('|')})`, 'g'),
    list,
    beginnings: new Set(list.flatMap((marker) => sizes(marker).map((size) => marker.slice(0, size)))),
    endings: new Set(list.flatMap((marker) => sizes(marker).map((size) => marker.slice(size)))),
    longest: Math.max(0, ...list.map(({ length }) => length)),
  };
}

/** Where markers begin in a text, also where one would only end in what follows the text, or began before it. */
function findMarkers(text: string, markers: Markers): readonly number[] {
  if (text === '' || markers.anywhere === null) return [];
  const places = new Set([...text.matchAll(markers.anywhere)].map(({ index }) => index));
  for (let size = 1; size < Math.min(markers.longest, text.length + 1); size++) {
    if (markers.beginnings.has(text.slice(text.length - size))) places.add(text.length - size);
    if (markers.endings.has(text.slice(0, size))) places.add(0);
  }
  const isMiddle = text.length < markers.longest && markers.list.some((marker) => marker.includes(text));
  if (isMiddle) places.add(0);
  return [...places].sort((left, right) => left - right);
}

/** The first code point of a block of private use that none of the texts touches; null when there is no such block. */
function chooseBlock(texts: readonly string[]): number | null {
  const used = new Set<number>();
  for (const text of texts) {
    for (const [character] of text.matchAll(/[\u{F0000}-\u{10FFFF}]/gu)) {
      used.add(Math.floor(((character.codePointAt(0) ?? 0) - firstBlock) / blockSize));
    }
  }
  for (let block = 0; block < blocks; block++) if (!used.has(block)) return firstBlock + block * blockSize;
  return null;
}

/**
 * Makes a mask for some texts; characters of private use that they have themselves stay what they are.
 * @throws RangeError when they use private characters of every block, so that none is left to stand in.
 */
export function createMarkerMask(texts: readonly string[]): MarkerMask {
  const base = chooseBlock(texts);
  if (base === null) throw new RangeError('the text uses private characters of every block');
  const hidden: string[] = [];
  const standIn = (character: string): string => {
    const known = hidden.indexOf(character);
    return String.fromCodePoint(base + (known === -1 ? hidden.push(character) - 1 : known));
  };
  const standIns = new RegExp(
    `[${String.fromCodePoint(base)}-${String.fromCodePoint(base + blockSize - 1)}]`,
    'gu',
  );
  return {
    hide(text, markers) {
      let result = '';
      let end = 0;
      for (const place of findMarkers(text, markers)) {
        const character = String.fromCodePoint(text.codePointAt(place) ?? 0);
        result += text.slice(end, place) + standIn(character);
        end = place + character.length;
      }
      return result + text.slice(end);
    },
    show: (text) =>
      hidden.length === 0
        ? text
        : text.replaceAll(
            standIns,
            (character) => hidden[(character.codePointAt(0) ?? 0) - base] ?? character,
          ),
  };
}
