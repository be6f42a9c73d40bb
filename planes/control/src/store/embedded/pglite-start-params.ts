import { PGlite } from '@electric-sql/pglite';

/** `-F` would turn fsync off; small shared buffers keep an idle platform small. */
export const pgliteStartParams: string[] = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  '-c',
  'shared_buffers=8MB',
];

/** What PG_VERSION says in a directory that this PGlite can open. */
export const pgliteVersion = '18';
