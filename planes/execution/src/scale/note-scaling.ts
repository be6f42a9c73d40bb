import { cutText } from '@beeline/core/base';
import type { ObservedScaling } from '@beeline/core/contract';

/** What was decided, in the words of the rules that applied, the last of which had the last word. */
export interface DecidedScaling {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly reasons: readonly string[];
}

const keepChanges = 10;
const longestReason = 1_000;

/** What is told of a revision's scaling after one more decision: a change of the number is remembered for a while. */
export function noteScaling(before: ObservedScaling | null, decided: DecidedScaling): ObservedScaling {
  const { at, from, to, reasons } = decided;
  const shorten = (text: string) => (text.length > longestReason ? `${cutText(text, longestReason)}…` : text);
  const changes = before?.changes ?? [];
  return {
    desired: to,
    reason: shorten(reasons.at(-1) ?? ''),
    changes:
      from === to
        ? changes
        : [...changes, { at, from, to, reason: shorten(reasons.join('; ')) }].slice(-keepChanges),
  };
}
