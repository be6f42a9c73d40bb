import { STATUS_CODES } from 'node:http';
import { BeelineError } from '@beeline/core/base';
import { readRunError } from '@beeline/sdk';
import type { Command } from 'commander';
import { type CliIo, writeLine } from '../cli-io.ts';
import type { CommandContext } from '../command-table.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatData } from '../output/format-data.ts';
import { collect, durationFlag } from '../settings/flag-values.ts';
import { addGlobalOptions, type OutputFormat, readGlobalOptions } from '../settings/global-options.ts';
import { openBody } from '../settings/open-body.ts';
import { explainCredentials, openSession, type Session } from '../settings/open-session.ts';
import { requireModelName } from '../settings/require-model-name.ts';
import { paint, type Shown, show } from '../terminal/show.ts';

interface RunFlags {
  readonly data?: string;
  readonly file?: string;
  readonly path?: string;
  readonly method?: string;
  readonly header?: readonly string[];
  readonly params?: readonly string[];
  readonly stream?: boolean;
  readonly debug?: boolean;
  readonly showHeaders?: boolean;
  readonly timeout?: number;
}

const examples = `
Examples:
  bl run model sentiment -d '{"inputs": "What a day"}'
  bl run model sentiment -e development --file request.json
  echo '{"inputs": "What a day"}' | bl run model sentiment --file -
  bl run model chat --path /v1/chat/completions --stream \\
    -d '{"messages": [{"role": "user", "content": "Hello"}], "stream": true}'
  bl run model sentiment --method GET --path /info --show-headers

The body of the answer goes to standard output as it came; on a terminal JSON is indented. Errors of the platform go
to standard error. The exit code is not 0 when the status is 400 or more.`;

export function defineRun(command: Command, { io, finish }: CommandContext): void {
  command
    .usage('[options] model <name>')
    .argument('<kind>', 'model')
    .argument('[name]', 'name of the model')
    .option('-d, --data <text>', 'body of the request, sent as it is')
    .option('--file <path>', 'file with the body, or - for standard input')
    .option('--path <path>', "path below the model's endpoint")
    .option('--method <method>', 'HTTP method (default: POST)')
    .option('--header <name: value>', 'header of the request; repeatable', collect)
    .option('--params <name=value>', 'query parameter; repeatable', collect)
    .option('--stream', 'ask for a stream and print it as it comes')
    .option('--debug', 'force a trace, and show where the time went')
    .option('--show-headers', 'print status and headers of the answer to standard error')
    .option('--timeout <duration>', 'give up after this time (default: never)', durationFlag)
    .addHelpText('after', examples)
    .action(async (kind: string, name: string | undefined, flags: RunFlags) => {
      const model = requireModelName('run', kind, name);
      const session = await openSession(io, readGlobalOptions(command));
      finish(await runRun(session, model, flags));
    });
  addGlobalOptions(command);
}

/** Headers of which a request has one at most: two of them mean different things to different readers. */
const singleHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'x-request-id',
]);

/** `name=value` or `name: value` flags: every value of a name, in order. Names of headers are one in any case. */
export function parsePairs(
  flag: string,
  separator: '=' | ':',
  pairs: readonly string[] = [],
): Readonly<Record<string, readonly string[]>> {
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf(separator);
    if (at <= 0) {
      throw new BeelineError('USAGE_ERROR', {
        message: `${flag} must be name${separator}value (received ${JSON.stringify(pair)})`,
      });
    }
    const written = pair.slice(0, at).trim();
    const name = separator === ':' ? written.toLowerCase() : written;
    const known = values.get(name);
    if (known !== undefined && separator === ':' && singleHeaders.has(name)) {
      throw new BeelineError('USAGE_ERROR', {
        message: `${flag} ${name} is there twice; keep one of the two`,
      });
    }
    values.set(name, [...(known ?? []), pair.slice(at + 1).trim()]);
  }
  return Object.fromEntries(values);
}

async function showHead(io: CliIo, response: Response): Promise<void> {
  const reason = response.statusText || STATUS_CODES[response.status] || '';
  await writeLine(io.stderr, show`${`HTTP ${response.status} ${reason}`.trimEnd()}`);
  for (const [name, value] of response.headers) await writeLine(io.stderr, show`${name}: ${value}`);
  await writeLine(io.stderr, show``);
}

const isJson = (response: Response) =>
  /^application\/([\w.+-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '');

/** JSON in the format that was asked for; on a terminal it is indented. Null leaves the bytes as they came. */
function reformat(output: OutputFormat, isTerminal: boolean, text: string): Shown | null {
  if (output !== 'yaml' && output !== 'pretty' && !(isTerminal && output === 'table')) return null;
  try {
    return formatData(JSON.parse(text), output === 'yaml' ? 'yaml' : 'json');
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A longer answer is printed as it comes, whatever it is. */
const mostShapedBytes = 32 * 1024 ** 2;

/** JSON in the format that was asked for; what is too long for that, or cut off, as far as it came. */
async function printJson({ io, options }: Session, body: ReadableStream<Uint8Array>): Promise<void> {
  const held: Uint8Array[] = [];
  let total = 0;
  const release = async () => {
    for (const chunk of held.splice(0)) await io.stdout.pass(chunk);
  };
  try {
    for await (const chunk of body) {
      held.push(chunk);
      total += chunk.length;
      if (total > mostShapedBytes) await release();
    }
  } catch (error) {
    await release();
    await io.stdout.endPass();
    throw error;
  }
  const shaped = reformat(options.output, io.stdout.isTTY, Buffer.concat(held).toString('utf8'));
  if (shaped !== null) return await writeLine(io.stdout, shaped);
  await release();
  await io.stdout.endPass();
}

async function printBody(session: Session, response: Response, streams: boolean): Promise<void> {
  if (response.body === null) return;
  if (!streams && isJson(response)) return await printJson(session, response.body);
  const { stdout } = session.io;
  for await (const chunk of response.body) await stdout.pass(chunk);
  await stdout.endPass();
}

/** A request that may take as long as the flag says. */
function limitTime({ io }: Session, timeoutMs: number | undefined): { signal: AbortSignal; end(): void } {
  if (timeoutMs === undefined) return { signal: io.signal, end: () => {} };
  const limit = new AbortController();
  const error = new BeelineError('REQUEST_TIMEOUT', {
    message: 'the model did not answer within --timeout; allow more time, or see bl logs',
  });
  const end = io.clock.setTimer(timeoutMs, () => limit.abort(error));
  return { signal: AbortSignal.any([io.signal, limit.signal]), end };
}

async function runRun(session: Session, name: string, flags: RunFlags): Promise<number> {
  const { client, io, settings } = session;
  const headers = parsePairs('--header', ':', flags.header);
  const params = parsePairs('--params', '=', flags.params);
  const body = await openBody(io, flags, headers);
  const { signal, end } = limitTime(session, flags.timeout);
  try {
    const response = await client.run(name, {
      environment: settings.environment ?? undefined,
      path: flags.path,
      method: flags.method?.toUpperCase(),
      headers: { ...(flags.stream === true ? { accept: 'text/event-stream, */*' } : {}), ...headers },
      params,
      body,
      debug: flags.debug === true,
      signal,
    });
    if (flags.showHeaders === true) await showHead(io, response);
    else if (flags.debug === true) await showTrace(io, response);
    const error = await readRunError(response);
    if (error !== null) throw explainCredentials(error, settings);
    await printBody(session, response, flags.stream === true);
    return await concludeRun(io, response);
  } finally {
    end();
  }
}

async function showTrace(io: CliIo, response: Response): Promise<void> {
  for (const name of ['x-request-id', 'x-beeline-execution-id', 'traceparent', 'server-timing']) {
    const value = response.headers.get(name);
    if (value !== null) await writeLine(io.stderr, show`${name}: ${value}`);
  }
}

/** A refusal of the model itself has been printed as it came; what remains is to say so. */
async function concludeRun(io: CliIo, response: Response): Promise<number> {
  if (response.status < 300) return exitCodes.success.code;
  const reason = STATUS_CODES[response.status] ?? '';
  const label = paint(io.stderr, io.env, 'red', 'error:');
  const to = response.headers.get('location');
  if (response.status < 400) {
    if (to === null) return exitCodes.success.code;
    await writeLine(
      io.stderr,
      show`${label} the answer was ${response.status} ${reason}, which points to ${to}; it is not followed`,
    );
    return exitCodes.failure.code;
  }
  await writeLine(io.stderr, show`${label} the model answered ${`${response.status} ${reason}`.trimEnd()}`);
  return exitCodes.failure.code;
}
