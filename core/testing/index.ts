export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { mutate, numbers } from './mutate-text.ts';
export { connectRaw, type RawPeer, type RawServer, rawPeer, startRawServer } from './raw-http.ts';
export { waitFor } from './wait-for.ts';
