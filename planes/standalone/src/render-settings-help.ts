import { type SettingsTable, variableName } from '@beeline/core/service';

/** One paragraph per setting: flag, variable, default and what it is. */
export function renderSettingsHelp(table: SettingsTable): string {
  const lines = Object.entries(table).map(([key, setting]) => {
    const variable = variableName(key);
    const flag = `--${variable.slice(3).toLowerCase().replaceAll('_', '-')}`;
    const fallback = setting.defaultText === null ? `none, e.g. ${setting.example}` : setting.defaultText;
    return `  ${flag.padEnd(18)} ${setting.description}\n${' '.repeat(21)}${variable}; default: ${fallback}`;
  });
  return [
    'Starts the whole platform in one process. Settings: flags, then variables, then BL_CONFIG_FILE.',
    '',
    ...lines,
  ].join('\n');
}
