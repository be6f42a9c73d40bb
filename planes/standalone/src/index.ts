export { type StandaloneConfig, standaloneSettings } from './config.ts';
export { renderExampleConfig } from './render-example-config.ts';
export { type Platform, type PlatformParts, startPlatform } from './start-platform.ts';
