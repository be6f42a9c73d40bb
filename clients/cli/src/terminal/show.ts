import { styleText } from 'node:util';
import { escapeControls } from '@beeline/core/base';

/** Text that is safe to print. Only this file makes it, so that no text from elsewhere gets by unseen. */
class ShownText {
  readonly text: string;
  // What only has the same shape is refused by the compiler.
  declare protected readonly madeHere: true;
  constructor(text: string) {
    this.text = text;
  }
}

export type Shown = ShownText;
export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

/** Where colours may be printed. */
export interface ColourTarget {
  readonly isTTY?: boolean | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const isShown = (value: unknown): value is Shown => value instanceof ShownText;

/** One line of text from elsewhere: a line end in it cannot begin another line. */
const oneLine = (text: string) => escapeControls(text).replaceAll('\n', '\\n');

/** A template whose own words are printed as they are, and what fills it as one line without anything that acts. */
export function show(parts: TemplateStringsArray, ...values: readonly (string | number | Shown)[]): Shown {
  const filled = values.map((value) => (isShown(value) ? value.text : oneLine(String(value))));
  return new ShownText(String.raw({ raw: parts }, ...filled));
}

/** Text from elsewhere that may have several lines. */
export const lines = (text: string | Shown): Shown =>
  isShown(text) ? text : new ShownText(escapeControls(text.replaceAll('\r\n', '\n')));

/** Several texts with another between them. */
export const join = (all: readonly Shown[], between: string): Shown =>
  new ShownText(all.map(({ text }) => text).join(escapeControls(between)));

/** Every line moved to the right. */
export const indent = ({ text }: Shown): Shown => new ShownText(text.replace(/^/gm, '  '));

/** The text without blanks at the ends of its lines, which colours do not count as. */
export const trimLines = ({ text }: Shown): Shown =>
  new ShownText(
    text
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n'),
  );

/** Lets a library lay out texts that are safe, as text that is safe again. */
export const layOut = (
  rows: readonly (readonly (string | Shown)[])[],
  draw: (rows: string[][]) => string,
): Shown =>
  new ShownText(draw(rows.map((row) => row.map((cell) => lines(cell).text.replaceAll('\t', '  ')))));

/** Colours are for terminals of people who did not ask to be spared them. */
export function usesColour(target: ColourTarget, env: Environment): boolean {
  return target.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** One line in a colour, where the stream can show it. */
export function paint(target: ColourTarget, env: Environment, colour: Colour, text: string | Shown): Shown {
  const shown = isShown(text) ? text : show`${text}`;
  if (!usesColour(target, env)) return shown;
  return new ShownText(styleText(colour, shown.text, { validateStream: false }));
}

/** What moves the cursor of a terminal. */
export const screen = {
  /** To the top left, with everything cleared. */
  clear: new ShownText('\u001b[H\u001b[2J'),
  /** To the top left, with everything below cleared: no flicker, and the terminal keeps its history. */
  home: new ShownText('\u001b[H\u001b[J'),
  /** So many lines up, with everything below cleared. */
  up: (count: number): Shown => new ShownText(count === 0 ? '' : `\u001b[${count}F\u001b[J`),
};
