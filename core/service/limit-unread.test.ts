import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRaw, type RawPeer, waitFor } from '../testing/index.ts';
import { limitUnread } from './limit-unread.ts';

let server: Server;
let caller: RawPeer;

async function ask(answer: Parameters<typeof createServer>[1]): Promise<void> {
  server = createServer({ keepAliveTimeout: 5 }, answer as never);
  limitUnread(server, 20);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  caller = await connectRaw({ port: (server.address() as AddressInfo).port });
  caller.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
}

afterEach(async () => {
  caller.destroy();
  await new Promise((resolve) => server.close(resolve));
});

describe('a caller', () => {
  it('that takes nothing of its answer is cut', async () => {
    let ended = false;
    await ask((_request, response) => {
      caller.socket.pause();
      response.on('close', () => {
        ended = true;
      });
      response.write(Buffer.alloc(30_000_000));
    });
    await waitFor('the end of the answer', () => ended);
  });

  it('that waits for a slow answer is not', async () => {
    let looks = 0;
    await ask((request, response) => {
      response.write('first');
      // The limit has passed some times.
      request.socket.on('timeout', () => {
        looks += 1;
        if (looks === 3) response.end('last');
      });
    });
    expect(await caller.until('last')).toContain('first');
  });

  it('whose connection is not used loses it as before', async () => {
    await ask((_request, response) => response.end('done'));
    await caller.until('done');
    await waitFor('the end', () => caller.ended);
  });
});
