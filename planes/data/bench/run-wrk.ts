import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const script = `
wrk.method = "POST"
wrk.body = '{"inputs":"a short text to classify"}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer bl_bench"
wrk.headers["Accept"] = "*/*"
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("result %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`;

/** Writes the description of the benchmark's request for wrk; gives its path. */
export function writeWrkScript(directory: string): string {
  const path = join(directory, 'request.lua');
  writeFileSync(path, script);
  return path;
}

/** Callers that each send the next request when they have the answer to the last one; a thread on each core. */
export async function runWrk(
  cores: readonly number[],
  wrkScript: string,
  port: number,
  callers: number,
  seconds: number,
): Promise<LoadResult> {
  const url = `http://127.0.0.1:${port}/acme/models/toy`;
  const flags = [
    '-t',
    String(cores.length),
    '-c',
    String(callers),
    '-d',
    `${seconds}s`,
    '-s',
    wrkScript,
    url,
  ];
  const child = spawn('taskset', ['-c', cores.join(), 'wrk', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString('utf8');
  });
  await new Promise((resolve) => child.once('close', resolve));
  const found = /result (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(text)?.slice(1).map(Number);
  if (found === undefined) throw new Error(`wrk gave no result: ${text}`);
  const [requests = 0, micros = 1, p50 = 0, p99 = 0, errors = 0] = found;
  if (errors > 0) throw new Error(`${errors} of ${requests} requests to port ${port} failed`);
  return { requests, perSecond: (requests / micros) * 1e6, p50: p50 / 1_000, p99: p99 / 1_000 };
}
