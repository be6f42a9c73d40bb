import { type Clock, sleep } from '@beeline/core/base';
import type { Listener } from '@beeline/core/relay';
import type { Gateway } from './server.ts';

/** How long requests of callers that were let in last are still taken, in milliseconds. */
const lastCallersMs = 250;

/**
 * Ends a gateway that has announced it: lets those in who wait to be accepted and takes what they ask, then lets the
 * requests that run finish and cuts the rest.
 */
export async function closeGateway(listener: Listener, gateway: Gateway, clock: Clock): Promise<void> {
  await listener.stopListening();
  await sleep(clock, lastCallersMs);
  const closed = listener.close();
  await gateway.close();
  listener.cut();
  await closed;
}
