import type { SettingsTable } from '@beeline/core/service';
import { stringify } from 'yaml';

/** A configuration file with every setting at its default; those without one are commented out. */
export function renderExampleConfig(table: SettingsTable): string {
  const entries = Object.entries(table).map(([key, setting]) => {
    const line = stringify({ [key]: setting.defaultText ?? setting.example }).trimEnd();
    return `# ${setting.description}\n${setting.defaultText === null ? '# ' : ''}${line}\n`;
  });
  return [
    '# Every setting of the embedded platform, at its default. BL_CONFIG_FILE names the file to use.\n',
    ...entries,
  ].join('\n');
}
