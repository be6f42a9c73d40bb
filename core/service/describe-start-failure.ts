import { BeelineError, escapeControls } from '../base/index.ts';
import { describeSystemFailure } from './describe-system-failure.ts';

const oneLine = (text: string) => escapeControls(text.trim().replaceAll(/\s*\n\s*/g, '; '));

/**
 * The one line that a process prints when it cannot start: what is wrong and what to do. A defect of ours is named as
 * one, without a trace: its first line is enough to find it.
 */
export function describeStartFailure(thrown: unknown): string {
  if (thrown instanceof BeelineError && thrown.code !== 'INTERNAL_ERROR') return oneLine(thrown.message);
  const cause = thrown instanceof BeelineError ? thrown.cause : thrown;
  const system = describeSystemFailure(cause);
  if (system !== null) return oneLine(system.message);
  const { name, message } = cause instanceof Error ? cause : { name: 'it', message: String(cause) };
  return oneLine(`the process could not start because of a defect (${name}: ${message}): please report it`);
}
