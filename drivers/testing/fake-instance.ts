import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { randomText } from '@beeline/core/base';

import type { Endpoint, InstanceSpec } from '../interface/index.ts';

/** Program of the pretended model server, run by Node with the socket path and its behaviour as arguments. */
export const fakeModelServerProgram = fileURLToPath(new URL('./fake-model-server.ts', import.meta.url));

/** Spec of an instance that runs the pretended model server. */
export function buildFakeInstance(
  behaviour: Readonly<Record<string, unknown>> = {},
  changes: Partial<InstanceSpec> = {},
): InstanceSpec {
  return {
    id: randomText(10),
    labels: { location: 'test' },
    modelDirectory: '/',
    command: ({ socketPath }) => ({
      argv: [process.execPath, fakeModelServerProgram, socketPath, JSON.stringify(behaviour)],
      env: { GREETING: 'hello' },
    }),
    ready: { path: '/health', timeoutMs: 20_000 },
    ...changes,
  };
}

/** Sends a request to an instance and gives back its status and its JSON body. */
export function askInstance(
  endpoint: Endpoint,
  path = '/',
  body = '',
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const call = request({ ...endpoint, path, method: 'POST', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    call.on('error', reject);
    call.end(body);
  });
}
