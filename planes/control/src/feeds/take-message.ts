import { asBeelineError, BeelineError, describeViolations } from '@beeline/core/base';
import {
  buildPushAnswer,
  feedPaths,
  type MessageKind,
  type MessageReader,
  type OnRefused,
  type RefusedItem,
} from '@beeline/core/contract';
import type { FastifyInstance } from 'fastify';
import { isDataError } from '../store/database/is-data-error.ts';

/** Largest message from another plane. */
const messageLimitBytes = 32 * 1024 * 1024;

function refuse(kind: MessageKind, thrown: unknown): unknown {
  if (!isDataError(thrown)) return thrown;
  // The sender finds the item that is at fault; nothing of the message was stored.
  const { detail } = asBeelineError(thrown);
  const message = `the database does not take a part of the ${kind} message`;
  return new BeelineError('INVALID_INPUT', {
    message,
    ...(detail === undefined ? {} : { detail }),
    cause: thrown,
  });
}

/**
 * Takes messages of one kind. Items that cannot be read are set aside and told to the sender; `save` gets the others,
 * and hears what was set aside.
 */
export function takeMessages<M>(
  app: FastifyInstance,
  options: {
    readonly kind: MessageKind;
    readonly read: MessageReader<M>;
    readonly onRefused: OnRefused;
    save(message: M, refused: readonly RefusedItem[]): Promise<void>;
  },
): void {
  const { kind, read, onRefused, save } = options;
  app.post(feedPaths[kind], { bodyLimit: messageLimitBytes }, async (request, reply) => {
    const taken = read(request.body);
    if (!taken.ok) {
      throw new BeelineError('INVALID_INPUT', {
        message: describeViolations(taken.violations),
        fields: taken.violations,
      });
    }
    const { message, refused } = taken;
    try {
      await save(message, refused);
    } catch (thrown) {
      throw refuse(kind, thrown);
    }
    if (refused.length === 0) return reply.code(204).send();
    onRefused(kind, refused);
    return buildPushAnswer(refused);
  });
}
