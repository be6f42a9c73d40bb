import { type Static, Type } from 'typebox';
import type { DeepReadonly } from '../../base/index.ts';
import { createParser, type ParseResult } from '../../resources/index.ts';
import type { RefusedItem } from './read-message.ts';

const pushAnswer = Type.Object({
  refused: Type.Array(Type.Object({ item: Type.String(), rule: Type.String() })),
});

/** What control answers to a message of which it took all but these items; 204 without a body says that it took all. */
export type PushAnswer = DeepReadonly<Static<typeof pushAnswer>>;

export const buildPushAnswer = (refused: readonly RefusedItem[]): PushAnswer => ({
  refused: refused.map(({ item, rule }) => ({ item, rule })),
});

let parse: ((value: unknown) => ParseResult<PushAnswer>) | undefined;

/** What an answer to a pushed message says was refused. */
export function readPushAnswer(answer: unknown): readonly RefusedItem[] {
  parse ??= createParser(pushAnswer);
  const parsed = parse(answer);
  return parsed.ok ? parsed.value.refused.map((refused) => ({ ...refused, id: null })) : [];
}
