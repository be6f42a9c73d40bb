import { createMetrics } from '@beeline/core/service';
import { describe, expect, it } from 'vitest';
import { sampleRoute } from '../testing/start-gateway.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import type { InferenceRequest } from './inference-request.ts';
import { meter, refusedAnswer } from './stages/meter.ts';

const sources = { inFlight: () => 3 };

function execution(status: number, source: 'gateway' | 'model', changes: object = {}) {
  const request: InferenceRequest = {
    arrival: { executionId: 'exe_1', requestId: 'mine', startedAt: 0, arrivedMs: 0 },
    method: 'POST',
    path: { workspace: 'acme', model: 'toy', environment: 'production', upstreamPath: '/' },
    key: { id: 'key-1', hash: '', workspaces: ['acme'], role: 'member', expiresAt: null },
    wishesProgress: false,
  };
  return meter(request, { ...refusedAnswer(status, 'X'), source, ...changes }, 30);
}

describe('the metrics of a gateway', () => {
  it('count a request by deployment, status and source, with its times, bytes and tokens', () => {
    const metrics = createMetrics();
    const gateway = createGatewayMetrics(metrics, sources);
    const tokens = { input: 7, output: 11, estimated: false };
    const measured = { firstByteMs: 20, queueMs: 4, requestBytes: 100, responseBytes: 50, tokens };
    gateway.observe(execution(200, 'model', measured), sampleRoute);
    gateway.observe(execution(200, 'model'), { ...sampleRoute });
    gateway.observe(execution(503, 'gateway', { aborted: true }), sampleRoute);
    const text = metrics.render();
    const names = 'workspace="acme",model="toy",environment="production"';
    for (const line of [
      `beeline_gateway_requests_total{${names},code="200",source="model"} 2`,
      `beeline_gateway_requests_total{${names},code="503",source="gateway"} 1`,
      `beeline_gateway_request_seconds_bucket{${names},le="0.025"} 0`,
      `beeline_gateway_request_seconds_bucket{${names},le="0.05"} 3`,
      `beeline_gateway_first_byte_seconds_count{${names}} 1`,
      'beeline_gateway_wait_seconds_count{phase="queue"} 1',
      'beeline_gateway_wait_seconds_count{phase="load"} 0',
      `beeline_gateway_requests_aborted_total{${names}} 1`,
      `beeline_gateway_body_bytes_total{${names},direction="in"} 100`,
      `beeline_gateway_tokens_total{${names},direction="out"} 11`,
      'beeline_gateway_requests_in_flight 3',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it('take no name that a caller made up', () => {
    const metrics = createMetrics();
    createGatewayMetrics(metrics, sources).observe(execution(404, 'gateway'), null);
    expect(metrics.render()).toContain('model="(unknown)",environment="(unknown)",code="404"');
    expect(metrics.render()).not.toContain('toy');
  });
});
