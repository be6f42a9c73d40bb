import { styleText } from 'node:util';
import type { OutputStream } from '../cli-io.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

/** Colours are for terminals of people who did not ask to be spared them. */
export function usesColour(stream: OutputStream, env: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** The text in a colour, where the stream can show it. */
export function paint(
  stream: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
  colour: Colour,
  text: string,
): string {
  return usesColour(stream, env) ? styleText(colour, text, { validateStream: false }) : text;
}
