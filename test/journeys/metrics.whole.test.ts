import { readFile } from 'node:fs/promises';
import { waitFor } from '@beeline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, sentimentModel, startTestPlatform, type TestPlatform } from './start-test-platform.ts';

const names = 'workspace="default",model="measured",environment="production"';

/** The rows of the page about metrics. */
async function documentedMetrics() {
  const page = await readFile(new URL('../../docs/operations/observability.md', import.meta.url), 'utf8');
  const rows = page.matchAll(/^\| `([a-z_]+)` \| ?(.*?) \| (.+) \|$/gm);
  return [...rows].map(([, name = '', labels = '', meaning = '']) => ({
    name,
    labels: labels
      .replace('deployment', '`workspace`, `model`, `environment`')
      .split(', ')
      .map((label) => label.replaceAll('`', ''))
      .filter((label) => label !== ''),
    onlyWorkers: meaning.includes('only with several workers'),
  }));
}

/** Labels of the first sample of a metric; null when it has none yet. `le` belongs to every histogram. */
function labelsOf(text: string, name: string): readonly string[] | null {
  const sample = new RegExp(`^${name}(?:_sum)?(?:\\{(.*)\\})? \\S+$`, 'm').exec(text);
  if (sample === null) return null;
  return [...(sample[1] ?? '').matchAll(/(\w+)="/g)].map(([, label = '']) => label);
}

describe('what is measured', () => {
  let test: TestPlatform;
  beforeAll(async () => {
    test = await startTestPlatform();
    await test.client.models.apply(sentimentModel({ name: 'measured' }));
    expect((await ask(test.client, 'measured', 'Best day ever')).status).toBe(200);
  });
  afterAll(() => test.close());

  const scrape = (headers: Record<string, string> = {}) =>
    fetch(`${test.platform.runUrl}/metrics`, { headers });

  it('is told at /metrics, all planes and the process itself', async () => {
    const text = await waitFor('the count of the request', async () => {
      const found = await (await scrape()).text();
      return found.includes('beeline_gateway_requests_total{') ? found : null;
    });
    for (const line of [
      new RegExp(`^beeline_gateway_requests_total\\{${names},code="200",source="model"\\} 1$`, 'm'),
      new RegExp(`^beeline_gateway_first_byte_seconds_count\\{${names}\\} 1$`, 'm'),
      /^beeline_gateway_wait_seconds_count\{phase="load"\} 1$/m,
      new RegExp(`^beeline_location_replicas\\{${names},revision="[^"]+",state="ready"\\} 1$`, 'm'),
      new RegExp(`^beeline_location_starts_total\\{${names},result="ready"\\} 1$`, 'm'),
      /^beeline_location_start_seconds_count\{generation="process",phase="load"\} 1$/m,
      /^beeline_location_artifact_bytes [1-9]\d{5}/m,
      /^beeline_location_artifact_files [1-9]/m,
      /^beeline_location_artifact_fetches_total\{result="miss"\} 1$/m,
      /^beeline_control_requests_total\{method="POST",route="\/v0\/models",code="200"\} 1$/m,
      /^beeline_control_reconciles_total\{result="ok"\} [1-9]/m,
      /^beeline_control_feed_version\{feed="routes"\} [1-9]/m,
      /^process_resident_memory_bytes [1-9]/m,
      /^nodejs_eventloop_lag_seconds\{quantile="0.99"\} \d/m,
      /^beeline_build_info\{version="[^"]+",node="24[^"]+"\} 1$/m,
    ]) {
      expect(text).toMatch(line);
    }
  });

  it('is explained in docs/operations, every metric with its labels and no other', async () => {
    const documented = (await documentedMetrics()).filter(({ onlyWorkers }) => !onlyWorkers);
    const text = await (await scrape()).text();
    const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(documented.map(({ name }) => name).toSorted()).toEqual(told.toSorted());
    for (const { name, labels } of documented) {
      const seen = labelsOf(text, name);
      if (seen !== null) expect([name, seen]).toEqual([name, labels]);
    }
  });

  it('is summed up for one deployment', async () => {
    const found = await waitFor('the record of the request', async () => {
      const metrics = await test.client.models.metrics('measured');
      return metrics.requestTotal > 0 ? metrics : null;
    });
    expect(found).toMatchObject({
      requestTotalPerCode: { 200: 1 },
      coldStarts: { replicas: 1, requests: 1 },
      now: { replicas: { ready: 1 } },
    });
    expect(found.latency.globalStats.p50).toBeGreaterThan(0);
  });

  it('is hidden from callers of a proxy', async () => {
    const refused = await scrape({ 'x-forwarded-for': '203.0.113.9' });
    expect(refused.status).toBe(403);
    expect(await refused.text()).not.toContain('measured');
  });
});
