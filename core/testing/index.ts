export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { waitFor } from './wait-for.ts';
