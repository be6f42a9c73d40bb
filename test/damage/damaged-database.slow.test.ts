import { databaseSuite } from './database-suite.ts';

/** Every file that has anything in it, and the empty ones. */
databaseSuite((files) => files, 1_000);
