export { type Answer, type Call, callServer, type OpenAnswer, openCall } from './call-server.ts';
export {
  describeRuntime,
  type LongWork,
  type RuntimeFixture,
  type RuntimeSuiteOptions,
} from './describe-runtime.ts';
export {
  parsePrometheus,
  type Sample,
  type ServerEnd,
  type StartedServer,
  startServer,
} from './start-server.ts';
