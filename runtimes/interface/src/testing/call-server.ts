import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** A complete answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON; throws when it is not. */
  json(): unknown;
}

/** An answer whose body is still arriving. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The next piece as it came off the wire, or null at the end. */
  next(): Promise<string | null>;
  /** Trailers, complete after the end. */
  trailers(): NodeJS.Dict<string>;
  /** Hangs up. */
  abort(): void;
}

export interface Call {
  readonly method?: string;
  /** An object is sent as JSON, bytes and text as they are. */
  readonly body?: string | Buffer | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls a server on a Unix socket and waits for the whole answer. */
export async function callServer(socketPath: string, path: string, call: Call = {}): Promise<Answer> {
  const { message } = await send(socketPath, path, call);
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: message.statusCode ?? 0, headers: message.headers, text, json: () => JSON.parse(text) };
}

/** Calls a server and returns as soon as its headers are there. */
export async function openCall(socketPath: string, path: string, call: Call = {}): Promise<OpenAnswer> {
  const { message, hangUp } = await send(socketPath, path, call);
  const pieces: AsyncIterator<Buffer> = message[Symbol.asyncIterator]();
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    async next() {
      const { done, value } = await pieces.next();
      return done === true ? null : value.toString('utf8');
    },
    trailers: () => message.trailers,
    abort: hangUp,
  };
}

function send(
  socketPath: string,
  path: string,
  { method, body, headers }: Call,
): Promise<{ message: IncomingMessage; hangUp: () => void }> {
  const payload = typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body;
  const framing: Record<string, string | number> =
    payload === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
  return new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath,
      path,
      method: method ?? (payload === undefined ? 'GET' : 'POST'),
      headers: { ...framing, ...headers },
      agent: false,
    });
    let answered = false;
    outgoing.on('response', (message) => {
      answered = true;
      resolve({ message, hangUp: () => outgoing.destroy() });
    });
    // A server that refuses a body may close before it has read all of it; its answer still counts.
    outgoing.on('error', (error) => {
      if (!answered) reject(error);
    });
    outgoing.end(payload);
  });
}
