export {
  type Config,
  type ConfigSources,
  compileConfig,
  type Setting,
  type SettingsTable,
  settings,
  variableName,
} from './compile-config.ts';
export { createLogger, logLevels } from './create-logger.ts';
export { type Loop, type LoopOptions, startLoop } from './run-loop.ts';
export { sendJson } from './send-json.ts';
