import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { startRawServer, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeFeeds } from '../../testing/fake-feeds.ts';
import { createFakeLocation } from '../../testing/fake-location.ts';
import { sampleRoutes, startGateway, testKey } from '../../testing/start-gateway.ts';
import { openRoutesFile } from './routes-file.ts';

let model: Awaited<ReturnType<typeof startRawServer>>;
beforeEach(async () => {
  model = await startRawServer();
});
afterEach(() => model.close());

describe('saved routes', () => {
  it('let a gateway serve after a restart while control is down, and its records reach control later', async () => {
    const location = createFakeLocation(model.target);
    const first = await startGateway({ location });
    const path = join(first.directory, 'routes.json');
    await waitFor('the file', () => stat(path).catch(() => null));
    await first.close({ keep: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).not.toContain(testKey);

    const feeds = createFakeFeeds();
    feeds.down = true;
    const second = await startGateway({ location, feeds, directory: first.directory });
    const answered = fetch(`http://127.0.0.1:${second.port}/acme/models/toy`, {
      headers: { authorization: `Bearer ${testKey}` },
    });
    (await model.peer(0)).send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect(await (await answered).text()).toBe('ok');
    feeds.down = false;
    await waitFor('the record', () => feeds.records.length === 1);
    await second.close();
  });

  it('follow a control plane whose versions begin anew', async () => {
    const location = createFakeLocation(model.target);
    const first = await startGateway({ location, feeds: createFakeFeeds(sampleRoutes(undefined, 50)) });
    await waitFor('the file', () => stat(join(first.directory, 'routes.json')).catch(() => null));
    await first.close({ keep: true });
    const second = await startGateway({
      location,
      feeds: createFakeFeeds(sampleRoutes([], 2)),
      directory: first.directory,
    });
    await waitFor('the new routes', async () => {
      const answer = await fetch(`http://127.0.0.1:${second.port}/acme/models/toy`, {
        headers: { authorization: `Bearer ${testKey}` },
      });
      return answer.status === 404;
    });
    await second.close();
  });

  it.each([
    ['damaged', '{"format":1,"rou'],
    ['of another version', '{"format":99,"routes":{}}'],
    ['of another form', '[]'],
  ])('that are %s are treated as absent', async (_how, text) => {
    const directory = (
      await startGateway({ location: createFakeLocation(model.target) }).then(async (running) => {
        await running.close({ keep: true });
        return running;
      })
    ).directory;
    const path = join(directory, 'routes.json');
    await writeFile(path, text);
    expect(await openRoutesFile(path, silentLogger).load()).toBeNull();
    await rm(directory, { recursive: true });
  });
});
