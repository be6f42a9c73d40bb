import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderExampleConfig, standaloneSettings } from '@beeline/standalone';
import { renderErrorReference } from './render-error-reference.ts';
import { renderVariableReference } from './render-variable-reference.ts';
import { repositoryRoot } from './source-files.ts';
import { writeChart, writeFigures } from './write-figures.ts';

const pages = {
  'docs/reference/errors.md': renderErrorReference(),
  'docs/reference/variables.md': renderVariableReference(),
  'deploy/config/standalone.example.yaml': renderExampleConfig(standaloneSettings),
};

for (const [path, text] of Object.entries(pages)) {
  writeFileSync(join(repositoryRoot, path), text);
  console.log(`wrote ${path}`);
}
for (const path of [writeFigures(), writeChart()]) console.log(`wrote ${path}`);
