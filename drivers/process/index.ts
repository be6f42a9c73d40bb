export { defaultOutputLimits, type OutputLimits } from './capture-output.ts';
export { openProcessDriver, type ProcessDriverOptions } from './process-driver.ts';
