import { BeelineError, describeViolations } from '@beeline/core/base';
import { type CliIo, writeLine } from './cli-io.ts';
import { exitCodeOf } from './exit-codes.ts';
import { indent, lines, paint, show } from './terminal/show.ts';

/** More than this is not read; with the first of them mended, the others are told. */
const mostLines = 50;

/** An error as lines for a person: one for each field that is wrong, otherwise one. */
export function errorLines(error: BeelineError): readonly string[] {
  const text = error.fields.length > 0 ? describeViolations(error.fields) : error.message;
  // The platform speaks of its query parameters; here the same thing is a flag.
  const all = text
    .replaceAll('?environment=', '-e NAME')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (all.length <= mostLines) return all;
  return [...all.slice(0, mostLines), `and ${all.length - mostLines} more`];
}

/** The same error, saying which document or file it is about. */
export function locateError(error: BeelineError, where: string): BeelineError {
  return new BeelineError(error.code, {
    message: `${where}: ${error.message}`,
    fields: error.fields.map((field) => ({ ...field, field: `${where}: ${field.field}` })),
    retryable: error.retryable,
    cause: error,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  });
}

/** Anything that was thrown, as our error; a defect keeps its stack as detail. */
export function asCliError(thrown: unknown): BeelineError {
  if (thrown instanceof BeelineError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new BeelineError('INTERNAL_ERROR', {
    message: `bl itself failed: ${text}; run the command again with -v and report what it shows`,
    ...(thrown instanceof Error && thrown.stack !== undefined ? { detail: thrown.stack } : {}),
    cause: thrown,
  });
}

/** Writes the lines of an error to standard error and gives the exit code. */
export async function reportError(io: CliIo, error: BeelineError, verbose: boolean): Promise<number> {
  const label = paint(io.stderr, io.env, 'red', 'error:');
  for (const line of errorLines(error)) await writeLine(io.stderr, show`${label} ${line}`);
  const request = error.requestId === undefined ? '' : `, request ${error.requestId}`;
  if (verbose) await writeLine(io.stderr, show`  ${error.code}${request}`);
  else if (error.kind === 'internal' && request !== '')
    await writeLine(io.stderr, show`  ${request.slice(2)}`);
  if (verbose && error.detail !== undefined) await writeLine(io.stderr, indent(lines(error.detail)));
  return exitCodeOf(error.kind);
}
