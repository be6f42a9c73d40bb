import { type Agent, request } from 'node:http';
import { type CallKind, type CallResult, findFault } from './call-result.ts';

export interface CallTarget {
  /** Address of the deployment, without a sub-path. */
  readonly url: string;
  readonly apiKey: string;
  readonly agent: Agent;
}

/** The call was refused before a byte of it was sent: it may go to another gateway. */
export const refusedConnection = 'no connection';

/** Sends one numbered call and reads the answer to its end. Never rejects, never sends anything twice. */
export function sendCall(
  target: CallTarget,
  kind: CallKind,
  number: number,
  path = `/${kind}`,
): Promise<CallResult> {
  return new Promise((resolve) => {
    const body = JSON.stringify({ number, inputs: 'x'.repeat(200) });
    const end = (outcome: CallResult['outcome'], problem: string | null, pid: number | null = null) =>
      resolve({ number, kind, problem, outcome, pid });
    const sent = request(`${target.url}${path}`, {
      method: 'POST',
      agent: target.agent,
      headers: {
        authorization: `Bearer ${target.apiKey}`,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      },
    });
    sent.on('error', (error: NodeJS.ErrnoException) =>
      end('failed', error.code === 'ECONNREFUSED' ? refusedConnection : `${error.code ?? error.message}`),
    );
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (bytes: Buffer) => {
        text += bytes.toString();
      });
      response.on('error', (error) => end('cut', `cut after ${text.length} characters: ${error.message}`));
      response.on('end', () => {
        if (response.statusCode !== 200) {
          end('failed', `${response.statusCode} ${text}`);
          return;
        }
        const fault = findFault(kind, number, text);
        const pid = kind === 'unary' && fault === null ? (JSON.parse(text) as { pid: number }).pid : null;
        end(fault === null ? 'answered' : 'cut', fault, pid);
      });
    });
    sent.end(body);
  });
}
