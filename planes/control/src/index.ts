export { createApiKey, madeByPlatform, type NewApiKey } from './api/access/create-api-key.ts';
export { embeddedDatabaseSettings, secretKeySettings } from './config.ts';
export { type ControlPlane, type ControlPlaneOptions, createControlPlane } from './create-control-plane.ts';
export { openSecretKeys, type SecretKeySettings } from './secrets/open-secret-keys.ts';
export type { SecretKeys } from './secrets/secret-keys.ts';
export { openStore, type Store, type StoreOptions } from './store/open-store.ts';
