import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderErrorReference } from './render-error-reference.ts';
import { repositoryRoot } from './source-files.ts';

writeFileSync(join(repositoryRoot, 'docs/reference/errors.md'), renderErrorReference());
console.log('wrote docs/reference/errors.md');
