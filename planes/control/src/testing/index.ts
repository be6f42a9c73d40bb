export { executionRecord, modelDocument, observedMessage, observedRevision } from './documents.ts';
export { emptyStore } from './empty-store.ts';
export { openTestApi, type TestAnswer, type TestApi, type TestRequest } from './open-test-api.ts';
export { openTestStore } from './open-test-store.ts';
export {
  type ApiAnswer,
  startTestControl,
  type TestControl,
} from './start-test-control.ts';
