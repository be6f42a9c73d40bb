import { describe, expect, it } from 'vitest';
import { BeelineError } from '../base/index.ts';
import { apiErrorBody, platformErrorBody, platformErrorHeaders } from './error-bodies.ts';

const error = new BeelineError('QUEUE_FULL', {
  message: '1000 requests wait for sentiment',
  detail: 'secret',
  retryAfterMs: 1_200,
});

describe('error bodies', () => {
  it('tell a client of the control API the code, the status and the fields', () => {
    const fields = [{ field: 'spec.a', rule: 'is required' }];
    const invalid = new BeelineError('INVALID_INPUT', { message: 'spec.a is required', fields });
    expect(apiErrorBody(invalid, 'req_1')).toEqual({
      error: 'INVALID_INPUT',
      code: 400,
      message: 'spec.a is required',
      fields,
      requestId: 'req_1',
    });
  });

  it('tell a caller of the inference endpoint who failed, whether to retry and when', () => {
    const body = platformErrorBody(error, { component: 'location', requestId: 'exe_1', nowMs: 0 });
    expect(body.error).toMatchObject({
      code: 'QUEUE_FULL',
      status: 429,
      component: 'location',
      retryable: true,
      request_id: 'exe_1',
    });
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(platformErrorHeaders(error, 'location')).toMatchObject({
      'retry-after': '2',
      'x-beeline-source': 'location',
      'x-beeline-error-code': 'QUEUE_FULL',
    });
  });
});
