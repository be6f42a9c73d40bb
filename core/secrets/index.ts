export { createKeyRing, type KeyRing, keyIdOf } from './key-ring.ts';
export { type MasterKey, makeKeyCommand, makeMasterKey, parseMasterKeys } from './master-key.ts';
export { readPrivateFile, removeDraft, writePrivateFile } from './private-file.ts';
export {
  type BoxKey,
  type BoxSealer,
  boxPublicKeyPattern,
  createBoxSealer,
  makeBoxPrivateKey,
  readBoxKey,
} from './sealed-box.ts';
export type { SecretContext } from './secret-context.ts';
