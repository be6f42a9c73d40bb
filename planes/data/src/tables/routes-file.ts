import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '@beeline/core/base';
import type { RoutesMessage } from '@beeline/core/contract';

const format = 1;

interface RoutesFile {
  readonly format: number;
  readonly routes: RoutesMessage;
}

function isRoutesFile(value: unknown): value is RoutesFile {
  if (typeof value !== 'object' || value === null || !('format' in value) || !('routes' in value))
    return false;
  const { routes } = value as { readonly routes: Partial<RoutesMessage> | null };
  return (
    value.format === format &&
    typeof routes?.version === 'number' &&
    Array.isArray(routes.workspaces) &&
    Array.isArray(routes.routes) &&
    Array.isArray(routes.keys)
  );
}

/**
 * The routes that were saved last, or null when there are none. A file that cannot be read is told to the log and
 * otherwise treated as absent: control sends everything again.
 */
export async function loadRoutes(path: string, logger: Logger): Promise<RoutesMessage | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      logger.warn({ path, error: String(error) }, 'the saved routes cannot be read; waiting for control');
    }
    return null;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isRoutesFile(value)) return value.routes;
    logger.warn({ path }, 'the saved routes are of another version; waiting for control');
  } catch (error) {
    logger.warn({ path, error: String(error) }, 'the saved routes are damaged; waiting for control');
  }
  return null;
}

/** Saves routes so that a crash at any moment leaves the old file or the new one. Only the owner may read it. */
export async function saveRoutes(path: string, routes: RoutesMessage): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify({ format, routes } satisfies RoutesFile));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
