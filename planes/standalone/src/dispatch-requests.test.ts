import { describe, expect, it } from 'vitest';
import { isControlPath, isMetricsPath, isReadyPath } from './dispatch-requests.ts';

describe('the one port', () => {
  it.each(['/', '/v0/models', '/v0', '/v0?x=1', '/internal/v1/routes', '/healthz', '/readyz'])(
    'gives %s to control',
    (url) => {
      expect(isControlPath(url)).toBe(true);
    },
  );

  it.each(['/default/models/a', '/v01/models/a', '/internals', '/healthz-team/models/v0'])(
    'gives %s to the gateway',
    (url) => {
      expect(isControlPath(url)).toBe(false);
    },
  );
});

describe('the path of the metrics', () => {
  it.each([
    ['/metrics', true],
    ['/metrics?x=1', true],
    ['/metrics/models/a', false],
    ['/metricsx', false],
  ])('%s: %s', (url, expected) => {
    expect(isMetricsPath(url)).toBe(expected);
  });
});

describe('the question whether inference is served', () => {
  it.each([
    ['/readyz', true],
    ['/readyz/', true],
    ['/readyz?x=1', true],
    ['/readyzz', false],
    ['/healthz', false],
  ])('%s: %s', (url, expected) => {
    expect(isReadyPath(url)).toBe(expected);
  });
});
