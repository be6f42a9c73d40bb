export { defaultLocationConfig, type LocationConfig, locationSettings } from './config.ts';
export { createLocation, type Location, type LocationOptions } from './create-location.ts';
