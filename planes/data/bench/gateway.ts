import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { proxyConfig, upstreamConfig } from './nginx-configs.ts';
import { runWrk, writeWrkScript } from './run-wrk.ts';
import { type Address, type Part, startPart } from './start-part.ts';
import { closeStreams, runBigBodies, runIdleStreams, runTokens } from './stream-loads.ts';

/**
 * What the gateway adds and what it costs, against the model server without it and against nginx as a reverse proxy.
 * Gateway and nginx are pinned to one core, callers and model server to the other. The model server is nginx too,
 * so that it takes as little of the callers' core as can be. Needs nginx and wrk (`tools/install-test-dependencies`).
 */
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    /** For the gateway's own node, for example `--gateway-flags=--cpu-prof`. */
    'gateway-flags': { type: 'string', default: '' },
    /** Requests only, not streams and bodies. */
    requests: { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds);
const seconds = Number(flags.seconds);
const [ourCore, otherCore] = [0, 1];
const gatewayPort = 18_080;
const proxyPort = 18_081;
const directPort = 18_082;

interface Contender {
  readonly name: 'direct' | 'nginx' | 'gateway';
  readonly port: number;
  /** Where streams are asked for. */
  readonly streams: Address;
  readonly part: Part;
}

type Figures = Record<string, number>;

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Runs the contenders in turn, several times, and gives the median of each figure. */
async function interleave(
  contenders: readonly Contender[],
  times: number,
  run: (contender: Contender) => Promise<Figures>,
): Promise<Map<string, Figures>> {
  const all = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < times; round += 1) {
    for (const contender of contenders) all.get(contender.name)?.push(await run(contender));
  }
  const medians = new Map<string, Figures>();
  for (const [name, figures] of all) {
    const names = Object.keys(figures[0] ?? {});
    medians.set(
      name,
      Object.fromEntries(names.map((key) => [key, median(figures.map((each) => each[key] ?? 0))])),
    );
  }
  return medians;
}

const results: Record<string, Record<string, Figures>> = {};

const pad = (values: readonly string[]) =>
  values.map((value, index) => (index === 0 ? value.padEnd(34) : value.padStart(10))).join(' ');

/** One line for each figure: direct, nginx, ours, and ours as a multiple of nginx's. */
function report(title: string, medians: Map<string, Figures>): void {
  results[title] = Object.fromEntries(medians);
  const of = (name: string, key: string) => medians.get(name)?.[key];
  for (const key of Object.keys(medians.get('gateway') ?? {})) {
    const cell = (value: number | undefined) =>
      value === undefined ? '-' : value.toFixed(value < 100 ? 3 : 0);
    const [direct, nginx, ours] = [of('direct', key), of('nginx', key), of('gateway', key)];
    const ratio = ours === undefined || nginx === undefined || nginx === 0 ? '-' : (ours / nginx).toFixed(2);
    console.log(pad([`${title}: ${key}`, cell(direct), cell(nginx), cell(ours), ratio]));
  }
}

async function measureRequests(contenders: readonly Contender[], script: string): Promise<void> {
  for (const { port } of contenders) await runWrk(otherCore, script, port, 64, 1);
  for (const callers of [1, 16, 64]) {
    const medians = await interleave(contenders, rounds, async ({ port, part }) => {
      const before = part.cpuMicros();
      const { requests, perSecond, p50, p99 } = await runWrk(otherCore, script, port, callers, seconds);
      const cpu = (part.cpuMicros() - before) / requests;
      return {
        'req/s': perSecond,
        'p50 ms': p50,
        'p99 ms': p99,
        'cpu us/req': cpu,
        'req per cpu s': 1e6 / cpu,
      };
    });
    report(`${callers} callers`, medians);
  }
}

async function measureStreams(contenders: readonly Contender[]): Promise<void> {
  const tokens = await interleave(contenders, rounds, async ({ streams }) => {
    const { p50, p99 } = await runTokens(streams, 16);
    return { 'p50 ms late': p50, 'p99 ms late': p99 };
  });
  report('tokens of 16 streams', tokens);
  const proxies = contenders.filter(({ name }) => name !== 'direct');
  const idle = await interleave(proxies, 1, async ({ streams, part }) => ({
    'KiB each': await runIdleStreams(streams, part, 1_000),
  }));
  report('1,000 idle streams', idle);
  const bodies = await interleave(proxies, rounds, async ({ streams, part }) => {
    const { megabytesPerSecond, cpuMicros, growthMegabytes } = await runBigBodies(streams, part, 4);
    return { 'MB/s': megabytesPerSecond, 'cpu us/MB': cpuMicros, 'MB grown': growthMegabytes };
  });
  report('10 MB bodies', bodies);
}

function save(): void {
  const directory = fileURLToPath(import.meta.resolve('../../../bench-results'));
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'gateway.json');
  const machine = { processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  writeFileSync(
    path,
    `${JSON.stringify({ at: new Date().toISOString(), machine, rounds, seconds, results }, null, 2)}\n`,
  );
  console.log(`saved to ${path}`);
}

const directory = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
const [toySocket, streamsSocket] = [join(directory, 'toy'), join(directory, 'streams')];
const partScript = fileURLToPath(import.meta.resolve('./gateway-part.ts'));
const parts: Part[] = [];

async function start(core: number, address: Address, command: readonly string[]): Promise<Part> {
  const part = await startPart(core, address, command);
  parts.push(part);
  return part;
}

function startNginx(
  core: number,
  name: string,
  port: number,
  config: (own: string) => string,
): Promise<Part> {
  const own = join(directory, `nginx-${name}`);
  mkdirSync(own);
  writeFileSync(join(own, 'nginx.conf'), config(own));
  return start(core, { port }, ['nginx', '-p', own, '-c', join(own, 'nginx.conf')]);
}

try {
  const upstream = await startNginx(otherCore, 'upstream', directPort, (own) =>
    upstreamConfig(own, toySocket, directPort),
  );
  await start(otherCore, { path: streamsSocket }, [process.execPath, partScript, 'streams', streamsSocket]);
  const proxy = await startNginx(ourCore, 'proxy', proxyPort, (own) =>
    proxyConfig(own, proxyPort, toySocket, streamsSocket),
  );
  const nodeFlags = flags['gateway-flags'].split(' ').filter((flag) => flag !== '');
  const arguments_ = [
    partScript,
    'gateway',
    String(gatewayPort),
    join(directory, 'gateway'),
    toySocket,
    streamsSocket,
  ];
  const gateway = await start(ourCore, { port: gatewayPort }, [
    process.execPath,
    ...nodeFlags,
    ...arguments_,
  ]);
  const contenders: readonly Contender[] = [
    { name: 'direct', port: directPort, streams: { path: streamsSocket }, part: upstream },
    { name: 'nginx', port: proxyPort, streams: { port: proxyPort }, part: proxy },
    { name: 'gateway', port: gatewayPort, streams: { port: gatewayPort }, part: gateway },
  ];
  console.log(`medians of ${rounds} rounds of ${seconds} s, interleaved; processor time is the part's own`);
  console.log(pad(['', 'direct', 'nginx', 'gateway', 'ratio']));
  await measureRequests(contenders, writeWrkScript(directory));
  if (!flags.requests) await measureStreams(contenders);
  save();
} finally {
  closeStreams();
  for (const part of parts.reverse()) await part.stop();
  rmSync(directory, { recursive: true });
}
