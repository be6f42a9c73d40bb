import { connect } from 'node:net';

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds, sorted. */
  readonly latencies: Float64Array;
}

const body = '{"inputs":"a short text to classify"}';
const request = Buffer.from(
  'POST /acme/models/toy HTTP/1.1\r\nHost: run.example\r\nAuthorization: Bearer bl_bench\r\nUser-Agent: bench/1\r\nAccept: */*\r\n' +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);

/** Callers that each send their next request when they have the answer to the last one, over one connection each. */
export function runLoad(
  address: { readonly port: number } | { readonly path: string },
  callers: number,
  seconds: number,
): Promise<LoadResult> {
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + seconds * 1_000;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = 'path' in address ? connect(address.path) : connect(address.port, '127.0.0.1');
      socket.setNoDelay(true);
      let sentAt = 0;
      let text = '';
      const send = () => {
        text = '';
        sentAt = performance.now();
        socket.write(request);
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1');
        const head = text.indexOf('\r\n\r\n');
        if (head === -1 || text.length < head + 4 + 27) return;
        if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(text.slice(0, 300)));
        const now = performance.now();
        latencies.push(now - sentAt);
        if (now < until) return send();
        socket.destroy();
        resolve();
      });
    });
  return Promise.all(Array.from({ length: callers }, one)).then(() => ({
    requests: latencies.length,
    seconds: (performance.now() - started) / 1_000,
    latencies: Float64Array.from(latencies).sort(),
  }));
}
