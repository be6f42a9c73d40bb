import { cutText } from '../../base/index.ts';
import type { ObservedMessage } from './observed-message.ts';

const plain = (text: string) => cutText(text.replaceAll(/[^\x20-\x7e]/g, '?'), 500);

/**
 * A report with all that a receiver may have stumbled over taken out of its texts. Revisions cannot be left out of it:
 * one that is missing counts as gone.
 */
export function stripObserved(message: ObservedMessage): ObservedMessage {
  return {
    ...message,
    revisions: message.revisions.map(({ scaling: _, failure, ...state }) => ({
      ...state,
      failure: failure === null ? null : { code: failure.code, message: plain(failure.message), logTail: [] },
    })),
  };
}
