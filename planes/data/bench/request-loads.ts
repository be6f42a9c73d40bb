import { type Contender, interleave, report } from './compare.ts';
import { runWrk } from './run-wrk.ts';

/** Requests and their answers, for numbers of callers; each contender gets the same in turn. */
export async function measureRequests(
  contenders: readonly Contender[],
  load: {
    /** Before the number of callers, in the table. */
    readonly title: string;
    readonly script: string;
    /** Where the callers run. */
    readonly cores: readonly number[];
    readonly callers: readonly number[];
    readonly rounds: number;
    readonly seconds: number;
  },
): Promise<void> {
  const { title, script, cores, rounds, seconds } = load;
  // Warm-up: code that is measured has been compiled.
  for (const { port } of contenders) await runWrk(cores, script, port, 64, 3);
  for (const callers of load.callers) {
    const medians = await interleave(contenders, rounds, async ({ port, part }) => {
      const before = part.cpuMicros();
      const { requests, perSecond, p50, p99 } = await runWrk(cores, script, port, callers, seconds);
      const cpu = (part.cpuMicros() - before) / requests;
      return {
        'req/s': perSecond,
        'p50 ms': p50,
        'p99 ms': p99,
        'cpu us/req': cpu,
        'req per cpu s': 1e6 / cpu,
      };
    });
    report(`${title}${callers} callers`, medians);
  }
}
