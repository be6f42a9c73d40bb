import type { Logger } from '../base/index.ts';
import type { MessageReader } from '../contract/index.ts';
import { type CacheFile, openCacheFile, type ParsedDocument } from './open-cache-file.ts';

export interface MessageFileOptions<M> {
  readonly path: string;
  /** See `CacheFileOptions`. */
  readonly what: string;
  readonly instead: string;
  readonly logger: Logger;
  readonly read: MessageReader<M>;
  /** The message in a saved document of a format; undefined when that format is not known. `format` is a number but for files from before it was written. */
  unpack(document: Readonly<Record<string, unknown>>, format: unknown): unknown;
}

/**
 * Opens the file of the last message of a feed. It is read as the feed is: items that cannot be read are told and left
 * out, and the others count.
 */
export function openMessageFile<M>(options: MessageFileOptions<M>): CacheFile<M> {
  const { path, what, instead, logger, read, unpack } = options;
  function parse(document: unknown): ParsedDocument<M> {
    const saved = typeof document === 'object' && document !== null ? document : {};
    const format = 'format' in saved ? saved.format : undefined;
    const message = unpack(saved as Readonly<Record<string, unknown>>, format);
    if (message === undefined) {
      return {
        ok: false,
        violations: [{ field: 'format', rule: 'is not known', received: JSON.stringify(format) }],
      };
    }
    const taken = read(message);
    if (!taken.ok) return taken;
    const [first] = taken.refused;
    if (first !== undefined) {
      const { length } = taken.refused;
      logger.warn({ path, items: length, first }, `a part of ${what} cannot be read: ${instead}`);
    }
    return { ok: true, value: taken.message };
  }
  return openCacheFile({ path, what, instead, logger, parse });
}
