import { pino } from 'pino';
import { escapeJsonControls, type Logger } from '../base/index.ts';
import { type LogStream, openLogStream } from './open-log-stream.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Lines without what would act on the terminal of whoever reads them; they stay the same JSON. */
const harmless = (stream: LogStream): LogStream => ({
  write: (line) => stream.write(escapeJsonControls(line)),
});

/** A structured logger: one JSON object a line, to standard error unless told otherwise. Writing never fails. */
export function createLogger(
  options: { readonly process: string; readonly level: (typeof logLevels)[number] },
  stream: LogStream = openLogStream(2),
): Logger {
  return pino(
    {
      level: options.level,
      base: { process: options.process },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    harmless(stream),
  );
}
