import { BeelineError } from '@beeline/core/base';
import { documentLimits } from '@beeline/core/resources';

/** What a user wrote: what the platform added to it, such as its status and events, is not kept. */
function writtenPart(document: unknown): unknown {
  if (typeof document !== 'object' || document === null) return document;
  const { metadata, spec } = document as Readonly<Record<string, unknown>>;
  return { metadata, spec };
}

/**
 * Checks the size of a document before anything else of it.
 * @throws BeelineError REQUEST_ENTITY_TOO_LARGE naming the limit and what was received.
 */
export function requireDocumentSize(document: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(writtenPart(document)) ?? '');
  if (bytes <= documentLimits.bytes) return;
  throw new BeelineError('REQUEST_ENTITY_TOO_LARGE', {
    message: `metadata and spec must have at most ${documentLimits.bytes} bytes as JSON (received ${bytes}): make labels and values of envs shorter`,
  });
}
