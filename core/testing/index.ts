export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { connectRaw, type RawPeer, type RawServer, rawPeer, startRawServer } from './raw-http.ts';
export { waitFor } from './wait-for.ts';
