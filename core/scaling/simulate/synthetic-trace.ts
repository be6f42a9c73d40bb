import { createRandom, type Random } from './random.ts';
import { serviceMsOfTokens, type TraceRequest } from './trace.ts';

/**
 * Traces made by chance from fits of published ones, so that no data has to be shipped. `conv` and `code` follow the
 * two hours of the Azure LLM inference trace of 2023 (CC-BY), `huawei` the gaps between cold starts in the Huawei
 * serverless trace of 2025 (CC-BY-4.0).
 */
export const syntheticTraces = ['conv', 'code', 'huawei'] as const;
export type SyntheticTrace = (typeof syntheticTraces)[number];

interface Tokens {
  readonly prompt: readonly [mu: number, sigma: number];
  readonly output: readonly [mu: number, sigma: number];
}

const convTokens: Tokens = { prompt: [6.633, 0.985], output: [5.019, 0.859] };
const codeTokens: Tokens = { prompt: [6.999, 1.36], output: [2.788, 0.847] };
/** The tails of the fits are heavier than what was measured. */
const longestPrompt = 7_500;
const longestOutput = 1_000;

function serviceMs(random: Random, { prompt, output }: Tokens): number {
  const contextTokens = Math.min(longestPrompt, random.logNormal(...prompt));
  return serviceMsOfTokens(contextTokens, Math.min(longestOutput, random.logNormal(...output)));
}

/** Steady: gaps of a Gamma distribution around 5.53 requests per second, for 3,502 s. */
function convTrace(random: Random): readonly TraceRequest[] {
  const requests: TraceRequest[] = [];
  for (let atMs = 0; ; ) {
    atMs += random.gamma(0.84, 1_000 / 5.53);
    if (atMs >= 3_502_000) return requests;
    requests.push({ atMs, serviceMs: serviceMs(random, convTokens) });
  }
}

/**
 * Bursts of 16.7 s with 43 s of silence between them, for 3,436 s. The rate differs from burst to burst: a Gamma
 * distribution around 9.1 per second whose shape gives the published dispersion of counts per second, 13.2.
 */
function codeTrace(random: Random): readonly TraceRequest[] {
  const requests: TraceRequest[] = [];
  let startMs = 0;
  for (;;) {
    const endMs = startMs + random.exponential(16_700);
    const perSecond = Math.max(0.2, random.gamma(1.56, 9.1));
    for (let atMs = startMs; atMs < endMs; atMs += random.exponential(1_000 / perSecond)) {
      if (atMs >= 3_436_000) return requests;
      requests.push({ atMs, serviceMs: serviceMs(random, codeTokens) });
    }
    startMs = endMs + 5_000 + Math.min(212_000, random.exponential(38_000));
  }
}

/** Single wake-ups: Weibull gaps with a mean of 1.25 s and a very long tail, short requests, for one hour. */
function huaweiTrace(random: Random): readonly TraceRequest[] {
  const requests: TraceRequest[] = [];
  for (let atMs = 0; ; ) {
    atMs += random.weibull(0.418, 422);
    if (atMs >= 3_600_000) return requests;
    requests.push({ atMs, serviceMs: Math.min(60_000, random.logNormal(-0.38, 2.36) * 1_000) });
  }
}

const generators = { conv: convTrace, code: codeTrace, huawei: huaweiTrace };

/** The requests of a trace, in the order of their arrival; the same for the same seed. */
export function buildSyntheticTrace(name: SyntheticTrace, seed: number): readonly TraceRequest[] {
  return generators[name](createRandom(seed));
}
