import { Agent, type IncomingMessage, request } from 'node:http';
import type { Address, Part } from './start-part.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 4_096 });

function open(address: Address, what: string, body: Buffer): Promise<IncomingMessage> {
  const to = 'path' in address ? { socketPath: address.path } : { host: '127.0.0.1', port: address.port };
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer bl_bench', 'content-length': body.length };
    const path = `/acme/models/streams/${what}`;
    const sent = request({ ...to, path, method: 'POST', headers, agent }, (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new Error(`${path} was answered with ${response.statusCode}`));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const sorted = (values: number[]) => values.sort((a, b) => a - b);
const at = (values: readonly number[], share: number) => values[Math.floor(values.length * share)] ?? 0;
const nothing = Buffer.alloc(0);

/** How late tokens arrive, in milliseconds after they were written by the model. */
export interface TokenDelays {
  readonly p50: number;
  readonly p99: number;
}

/** Streams of a hundred tokens, one every 10 ms. */
export async function runTokens(address: Address, streams: number): Promise<TokenDelays> {
  const delays: number[] = [];
  const one = async () => {
    const response = await open(address, 'tokens', nothing);
    for await (const bytes of response as AsyncIterable<Buffer>) {
      const nowMicros = Number(process.hrtime.bigint() / 1_000n);
      for (const [, sent] of bytes.toString('latin1').matchAll(/data: (\d+)/g)) {
        delays.push((nowMicros - Number(sent)) / 1_000);
      }
    }
  };
  await Promise.all(Array.from({ length: streams }, one));
  sorted(delays);
  return { p50: at(delays, 0.5), p99: at(delays, 0.99) };
}

export interface BigBodies {
  /** Of one direction. */
  readonly megabytesPerSecond: number;
  /** Processor time of the part, in microseconds for each megabyte of one direction. */
  readonly cpuMicros: number;
  /** By how much the part's memory grew at most, in megabytes. */
  readonly growthMegabytes: number;
}

const bigBody = Buffer.alloc(10 * 1_048_576, 'x');

/** Bodies of 10 MiB, four at a time, one sent and one got in each request. */
export async function runBigBodies(address: Address, part: Part, each: number): Promise<BigBodies> {
  const before = part.memoryBytes();
  const cpuBefore = part.cpuMicros();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, part.memoryBytes());
  }, 20);
  const started = performance.now();
  let bytes = 0;
  const one = async () => {
    for (let done = 0; done < each; done += 1) {
      for await (const piece of (await open(address, 'big', bigBody)) as AsyncIterable<Buffer>)
        bytes += piece.length;
    }
  };
  try {
    await Promise.all([one(), one(), one(), one()]);
  } finally {
    clearInterval(watch);
  }
  if (bytes !== 4 * each * bigBody.length) throw new Error(`${bytes} bytes came back`);
  const megabytes = bytes / 1_048_576;
  return {
    megabytesPerSecond: (megabytes / (performance.now() - started)) * 1_000,
    cpuMicros: (part.cpuMicros() - cpuBefore) / megabytes,
    growthMegabytes: (most - before) / 1_048_576,
  };
}

/** Memory of the part for each stream that is open and still, in KiB. */
export async function runIdleStreams(address: Address, part: Part, streams: number): Promise<number> {
  const before = part.memoryBytes();
  const responses: IncomingMessage[] = [];
  for (let opened = 0; opened < streams; opened += 50) {
    const some = Array.from({ length: 50 }, () => open(address, 'idle', nothing));
    for (const response of await Promise.all(some)) responses.push(response.resume());
  }
  const perStream = (part.memoryBytes() - before) / streams / 1_024;
  for (const response of responses) {
    response.on('error', () => {}); // cut by ourselves
    response.destroy();
  }
  return perStream;
}

export function closeStreams(): void {
  agent.destroy();
}
