import { errorBody } from '@beeline/core/contract';
import { createParser } from '@beeline/core/resources';
import type { TSchema } from 'typebox';
import { expect } from 'vitest';
import type { TestAnswer } from './open-test-api.ts';

/** Holds an answer against its published schema. */
export function expectBody(schema: TSchema, body: unknown): void {
  expect(createParser(schema)(body)).toEqual({ ok: true, value: body });
}

/** Holds a refusal against the shape that all of them have. */
export function expectError(answer: TestAnswer, status: number, code: string, message?: RegExp): void {
  expect(answer).toMatchObject({ status, body: { error: code, code: status } });
  expectBody(errorBody, answer.body);
  if (message !== undefined) expect((answer.body as { message: string }).message).toMatch(message);
}
