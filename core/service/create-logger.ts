import { type DestinationStream, destination, pino } from 'pino';
import { escapeJsonControls, type Logger } from '../base/index.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Lines without what would act on the terminal of whoever reads them; they stay the same JSON. */
const harmless = (stream: DestinationStream): DestinationStream => ({
  write: (line) => stream.write(escapeJsonControls(line)),
});

/** A structured logger: one JSON object a line, to standard error unless told otherwise. */
export function createLogger(
  options: { readonly process: string; readonly level: (typeof logLevels)[number] },
  stream: DestinationStream = destination({ fd: 2, sync: true }),
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
