import { apiVersion, kinds } from '@beeline/core/resources';

/** A resource with what makes it a manifest, so that it can be applied again. Those that cannot stay as they are. */
export function withTypeMeta(kind: string, resource: object): object {
  const writable = kinds.some((entry) => entry.kind === kind && entry.writable);
  return writable ? { apiVersion, kind, ...resource } : resource;
}
