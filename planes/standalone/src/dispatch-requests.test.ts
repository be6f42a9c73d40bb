import { describe, expect, it } from 'vitest';
import { isControlPath } from './dispatch-requests.ts';

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
