import { BeelineError, decodeUtf8 } from '@beeline/core/base';
import type { CliIo } from '../cli-io.ts';

/**
 * Arguments arrive as text, in which what was no UTF-8 has become U+FFFD: only then their bytes are looked at.
 * @throws BeelineError USAGE_ERROR when they are not UTF-8.
 */
export async function checkArguments(argv: readonly string[], io: CliIo): Promise<void> {
  if (!argv.some((argument) => argument.includes('\ufffd'))) return;
  const bytes = await io.readArguments();
  const decoded = bytes === null ? null : decodeUtf8(bytes);
  if (decoded === null || decoded.ok) return;
  const byte = `0x${decoded.problem.byte.toString(16).toUpperCase()}`;
  throw new BeelineError('USAGE_ERROR', {
    message: `the command line is not UTF-8: it has the byte ${byte}; use a terminal in UTF-8, or put a body into a file`,
  });
}
