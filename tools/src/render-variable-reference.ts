import { type EnvNameRule, loaderEnvNames, processEnvNames } from '@beeline/core/resources';

const row = ({ names, reason }: EnvNameRule) =>
  `| ${names.map((name) => `\`${name}\``).join(', ')} | ${reason} |`;

/** The reference page of the variables that a manifest may set, as Markdown. */
export function renderVariableReference(): string {
  return [
    '# Variables of a model server',
    '',
    'What `spec.runtime.envs` may set for generation `process`, where a model server is a process of this machine without',
    'isolation. Written by `npm run docs` from the table in the code. `*` stands for any letters, digits and underscores,',
    '`?` for one capital letter. Why there is a list: [isolation](../operations/isolation.md).',
    '',
    '## What may be set',
    '',
    '| Names | Why |',
    '|---|---|',
    ...processEnvNames.map(row),
    '',
    '## What is never passed on',
    '',
    'These are refused with their reason, and a location does not start a process with one, whoever let it by. A name',
    'that the first table has as it stands does not count.',
    '',
    '| Names | Why |',
    '|---|---|',
    ...loaderEnvNames.map(row),
    '',
  ].join('\n');
}
