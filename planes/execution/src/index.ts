export {
  defaultLocationConfig,
  type LocationConfig,
  type LocationProcessConfig,
  locationProcessSettings,
  locationSettings,
} from './config.ts';
export { createLocation, type Location, type LocationOptions } from './create-location.ts';
export { runLocation } from './run-location.ts';
