import { databaseSuite } from './database-suite.ts';
import { chooseOfEachKind } from './kind-of-database-file.ts';

/** Every kind of file; the slow suite takes every file. */
databaseSuite(chooseOfEachKind, 40);
