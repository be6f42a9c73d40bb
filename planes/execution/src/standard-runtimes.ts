import type { Runtime } from '@beeline/runtime-interface';
import { transformersRuntime } from '@beeline/runtime-transformers';

/** The runtimes that a location has, by the engine that a deployment names. */
export const standardRuntimes: Readonly<Record<string, Runtime>> = { transformers: transformersRuntime };
