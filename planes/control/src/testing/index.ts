export { emptyStore } from './empty-store.ts';
export { openTestStore } from './open-test-store.ts';
export {
  type ApiAnswer,
  modelDocument,
  observedMessage,
  observedRevision,
  startTestControl,
  type TestControl,
} from './start-test-control.ts';
