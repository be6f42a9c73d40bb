import { writeFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';

/*
 * Writes the rows of every table of an embedded database as JSON, as they stand there: without migration, and without
 * the readers of the store. Arguments: the directory of the database (a copy: opening it changes it), and the file.
 */
const [database, target] = process.argv.slice(2);
if (database === undefined || target === undefined) {
  console.error('usage: dump-documents.ts DATABASE FILE');
  process.exit(1);
}
const pglite = new PGlite({ dataDir: database });
const names = await pglite.query<{ readonly name: string }>(
  `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
);
const tables: Record<string, readonly unknown[]> = {};
for (const { name } of names.rows) {
  const { rows } = await pglite.query<{ readonly row: unknown }>(`SELECT to_json(t) AS row FROM "${name}" t`);
  tables[name] = rows.map(({ row }) => row);
}
await pglite.close();
writeFileSync(target, `${JSON.stringify(tables, null, 2)}\n`);
