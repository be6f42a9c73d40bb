export { createApiKey, madeByPlatform, type NewApiKey } from './api/access/create-api-key.ts';
export { type ControlPlane, type ControlPlaneOptions, createControlPlane } from './create-control-plane.ts';
export { openStore, type Store, type StoreOptions } from './store/open-store.ts';
