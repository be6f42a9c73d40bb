import { PGlite } from '@electric-sql/pglite';
import { pgliteStartParams } from './pglite-start-params.ts';

/*
 * Makes the files of an embedded database; the only argument is their directory. It runs as a process of its own,
 * because what making them takes (300 MB) would stay with the process that did it.
 */
const [dataDir = ''] = process.argv.slice(2);
const pglite = new PGlite({ dataDir, relaxedDurability: false, startParams: pgliteStartParams });
await pglite.waitReady;
await pglite.close();
