import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { preloadRoutes } from '../http/routes/route-table.ts';
import type { ModelThread } from '../session/start-model-thread.ts';
import { claimPath } from './claim-words.ts';
import { compileEngineConfig, type EngineConfig } from './engine-config.ts';
import { logStep } from './log-step.ts';

const maxClaimBytes = 256 * 1024;

/**
 * @throws SyntaxError, TypeError or RangeError saying what is wrong with the claim.
 */
function parseClaim(text: string): EngineConfig {
  const claim: unknown = JSON.parse(text);
  const { argv, env } = (claim ?? {}) as { readonly argv?: unknown; readonly env?: unknown };
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (!Array.isArray(argv) || !argv.every(isText)) throw new TypeError('argv must be a list of texts');
  if (typeof env !== 'object' || env === null || !Object.values(env).every(isText)) {
    throw new TypeError('env must be an object of texts');
  }
  return compileEngineConfig(argv, env as Record<string, string>);
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > maxClaimBytes) throw new RangeError(`a claim has at most ${maxClaimBytes} characters`);
  }
  return text;
}

/**
 * Imports all that any model needs and waits on a socket to be told which one to serve, once. The socket is free
 * again when this resolves.
 * @throws Error with one clear sentence when the library cannot be imported or the socket cannot be used.
 */
export async function awaitClaim(socketPath: string, thread: ModelThread): Promise<EngineConfig> {
  const claimed = Promise.withResolvers<EngineConfig>();
  let state: 'importing' | 'waiting' | 'claimed' = 'importing';

  const answer = (response: ServerResponse, status: number, message: string) => {
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(status < 300 ? { status: message } : { error: { message } }));
  };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const config = parseClaim(await readText(request));
      if (state !== 'waiting') {
        answer(response, 409, `this engine is ${state}; it takes one claim, while it waits`);
        return;
      }
      state = 'claimed';
      response.once('close', () => claimed.resolve(config));
      answer(response, 202, state);
    } catch (error) {
      answer(response, 400, error instanceof Error ? error.message : String(error));
    }
  };
  const server = createServer((request, response) => {
    if (request.url !== claimPath) answer(response, 503, 'this engine waits to be told its model');
    else if (request.method === 'POST') void take(request, response);
    else answer(response, state === 'waiting' ? 200 : 503, state);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  await Promise.all([thread.imported, import('./load-served-model.ts'), preloadRoutes()]);
  state = 'waiting';
  logStep('waiting', { ms: Math.round(performance.now()) });
  const config = await claimed.promise;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  return config;
}
