export {
  type FakeAnswer,
  type FakePlatform,
  fakePlatformError,
  type RecordedRequest,
  startFakePlatform,
} from './fake-platform.ts';
export type { FakeStore } from './fake-store.ts';
