import { type Agent, request } from 'node:http';

/** A deployment as its callers see it. */
export interface CallTarget {
  /** Address of the deployment, without a sub-path. */
  readonly url: string;
  readonly apiKey: string;
  readonly agent: Agent;
}

/** What came back: a whole answer of any status, or what was wrong, for people. `cut`: the answer had begun. */
export type PostAnswer =
  | { readonly outcome: 'whole'; readonly status: number; readonly text: string }
  | { readonly outcome: 'failed' | 'cut'; readonly problem: string };

/** The call was refused before a byte of it was sent: it may go to another gateway. */
export const refusedConnection = 'no connection';

/** Sends one JSON body and reads the answer to its end. Never rejects, never sends anything twice. */
export function postBody(target: CallTarget, path: string, body: string): Promise<PostAnswer> {
  return new Promise((resolve) => {
    const sent = request(`${target.url}${path}`, {
      method: 'POST',
      agent: target.agent,
      headers: {
        authorization: `Bearer ${target.apiKey}`,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      },
    });
    sent.on('error', ({ code, message }: NodeJS.ErrnoException) =>
      resolve({
        outcome: 'failed',
        problem: code === 'ECONNREFUSED' ? refusedConnection : (code ?? message),
      }),
    );
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (bytes: Buffer) => {
        text += bytes.toString();
      });
      response.on('error', ({ message }) =>
        resolve({ outcome: 'cut', problem: `cut after ${text.length} characters: ${message}` }),
      );
      response.on('end', () => resolve({ outcome: 'whole', status: response.statusCode ?? 0, text }));
    });
    sent.end(body);
  });
}
