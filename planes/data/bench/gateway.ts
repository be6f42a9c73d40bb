import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchRoutes } from './bench-routes.ts';
import { type Contender, interleave, pad, report, saveResults } from './compare.ts';
import { proxyConfig, upstreamConfig } from './nginx-configs.ts';
import { measureRequests } from './request-loads.ts';
import { writeWrkScript } from './run-wrk.ts';
import { type Address, type Part, startPart } from './start-part.ts';
import { startWorkerGateway } from './start-worker-gateway.ts';
import { closeStreams, runBigBodies, runIdleStreams, runTokens } from './stream-loads.ts';

/**
 * What the gateway adds and what it costs, against the model server without it and against nginx as a reverse proxy.
 * Gateway and nginx are pinned to one core, callers and model server to the other. The model server is nginx too,
 * so that it takes as little of the callers' core as can be. Then both with a worker on every core, which callers and
 * model server have to share: only the ratio says something. Needs nginx and wrk (`tools/install-test-dependencies`).
 */
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    /** For the gateway's own node, for example `--gateway-flags=--cpu-prof`. */
    'gateway-flags': { type: 'string', default: '' },
    /** Requests only, not streams and bodies. */
    requests: { type: 'boolean', default: false },
    /** Only what has a worker on every core. */
    workers: { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds);
const seconds = Number(flags.seconds);
const [ourCore, otherCore] = [[0], [1]];
const everyCore = cpus().map((_cpu, index) => index);
const gatewayPort = 18_080;
const proxyPort = 18_081;
const directPort = 18_082;

async function measureStreams(contenders: readonly Contender[]): Promise<void> {
  const tokens = await interleave(contenders, rounds, async ({ streams }) => {
    const { p50, p99 } = await runTokens(streams, 16);
    return { 'p50 ms late': p50, 'p99 ms late': p99 };
  });
  report('tokens of 16 streams', tokens);
}

/** Of processes that have done nothing before: memory that was freed and is used again would not show. */
async function measureMemory(contenders: readonly Contender[]): Promise<void> {
  const idle = await interleave(contenders, 1, async ({ streams, part }) => ({
    'KiB each': await runIdleStreams(streams, part, 1_000),
  }));
  report('1,000 idle streams', idle);
  const bodies = await interleave(contenders, rounds, async ({ streams, part }) => {
    const { megabytesPerSecond, cpuMicros, growthMegabytes } = await runBigBodies(streams, part, 4);
    return { 'MB/s': megabytesPerSecond, 'cpu us/MB': cpuMicros, 'MB grown': growthMegabytes };
  });
  report('10 MB bodies', bodies);
}

const directory = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
const [toySocket, streamsSocket] = [join(directory, 'toy'), join(directory, 'streams')];
const partScript = fileURLToPath(import.meta.resolve('./gateway-part.ts'));
const parts: Part[] = [];

async function start(cores: readonly number[], address: Address, command: readonly string[]): Promise<Part> {
  const part = await startPart(cores, address, command);
  parts.push(part);
  return part;
}

function startNginx(
  cores: readonly number[],
  name: string,
  port: number,
  config: (own: string) => string,
): Promise<Part> {
  const own = join(directory, `nginx-${name}`);
  mkdirSync(own);
  writeFileSync(join(own, 'nginx.conf'), config(own));
  return start(cores, { port }, ['nginx', '-p', own, '-c', join(own, 'nginx.conf')]);
}

const script = writeWrkScript(directory);

/** nginx and the gateway, on the same core. */
async function startContenders(name: string, nginxPort: number, port: number): Promise<[Part, Part]> {
  const proxy = await startNginx(ourCore, `proxy-${name}`, nginxPort, (own) =>
    proxyConfig(own, nginxPort, toySocket, streamsSocket),
  );
  const nodeFlags = flags['gateway-flags'].split(' ').filter((flag) => flag !== '');
  const own = join(directory, `gateway-${name}`);
  const arguments_ = [partScript, 'gateway', String(port), own, toySocket, streamsSocket];
  return [proxy, await start(ourCore, { port }, [process.execPath, ...nodeFlags, ...arguments_])];
}

async function compareOnOneCore(): Promise<void> {
  const upstream = await startNginx(otherCore, 'upstream', directPort, (own) =>
    upstreamConfig(own, toySocket, directPort),
  );
  await start(otherCore, { path: streamsSocket }, [process.execPath, partScript, 'streams', streamsSocket]);
  const [proxy, gateway] = await startContenders('first', proxyPort, gatewayPort);
  const contenders: readonly Contender[] = [
    { name: 'direct', port: directPort, streams: { path: streamsSocket }, part: upstream },
    { name: 'nginx', port: proxyPort, streams: { port: proxyPort }, part: proxy },
    { name: 'gateway', port: gatewayPort, streams: { port: gatewayPort }, part: gateway },
  ];
  const callers = [1, 16, 64];
  await measureRequests(contenders, { title: '', script, cores: otherCore, callers, rounds, seconds });
  if (flags.requests) return;
  await measureStreams(contenders);
  const [freshProxy, freshGateway] = await startContenders('second', proxyPort + 10, gatewayPort + 10);
  await measureMemory([
    { name: 'nginx', port: proxyPort + 10, streams: { port: proxyPort + 10 }, part: freshProxy },
    { name: 'gateway', port: gatewayPort + 10, streams: { port: gatewayPort + 10 }, part: freshGateway },
  ]);
}

/** Callers, model server and contender share all cores. */
async function compareOnEveryCore(): Promise<void> {
  const [upstreamPort, nginxPort, port] = [18_083, 18_084, 18_085];
  const socket = join(directory, 'shared-toy');
  const upstream = await startNginx(everyCore, 'shared-upstream', upstreamPort, (own) =>
    upstreamConfig(own, socket, upstreamPort),
  );
  const proxy = await startNginx(everyCore, 'workers', nginxPort, (own) =>
    proxyConfig(own, nginxPort, socket, socket, everyCore.length),
  );
  const gateway = await startWorkerGateway({
    cores: everyCore,
    port,
    directory: join(directory, 'worker-gateway'),
    toySocket: socket,
    routes: benchRoutes,
  });
  parts.push(gateway);
  const contenders: readonly Contender[] = [
    { name: 'direct', port: upstreamPort, streams: { path: socket }, part: upstream },
    { name: 'nginx', port: nginxPort, streams: { port: nginxPort }, part: proxy },
    { name: 'gateway', port, streams: { port }, part: gateway },
  ];
  const title = `${everyCore.length} workers, `;
  await measureRequests(contenders, {
    title,
    script,
    cores: everyCore,
    callers: [16, 64, 256],
    rounds,
    seconds,
  });
}

try {
  console.log(`medians of ${rounds} rounds of ${seconds} s, interleaved; processor time is the part's own`);
  console.log(pad(['', 'direct', 'nginx', 'gateway', 'ratio']));
  if (!flags.workers) await compareOnOneCore();
  await compareOnEveryCore();
  saveResults(rounds, seconds);
} finally {
  closeStreams();
  for (const part of parts.reverse()) await part.stop();
  rmSync(directory, { recursive: true });
}
