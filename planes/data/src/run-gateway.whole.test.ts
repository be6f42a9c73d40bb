import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { compileConfig } from '@beeline/core/service';
import { expect, it } from 'vitest';
import { gatewayProcessSettings } from './config.ts';
import { runGateway } from './run-gateway.ts';

it('a gateway of its own tells its metrics to whoever has the token, while control is away', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bl-process-'));
  const config = compileConfig(gatewayProcessSettings, {
    env: {},
    file: {
      dataDir,
      port: 0,
      controlUrl: 'http://127.0.0.1:9',
      internalToken: 'a-token-of-sixteen-or-more',
      metricsToken: 'scrape-me',
      announcePeriod: '0',
    },
  });
  const running = await runGateway(config, silentLogger);
  try {
    const refused = await fetch(`${running.url}/metrics`);
    expect([refused.status, (await refused.text()).includes('beeline_')]).toEqual([401, false]);
    const told = await fetch(`${running.url}/metrics`, { headers: { authorization: 'Bearer scrape-me' } });
    expect(told.status).toBe(200);
    expect(await told.text()).toMatch(/^# TYPE beeline_gateway_requests_total /m);
  } finally {
    await running.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
