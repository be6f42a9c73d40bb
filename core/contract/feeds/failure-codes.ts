/** Failures that come from the model or from what its manifest says: they are the same wherever and whenever it is tried. */
const modelFailures = [
  'MODEL_MISSING',
  'MODEL_INVALID',
  'MODEL_CHANGED',
  'ORIGIN_REFUSED',
  'TASK_UNSUPPORTED',
  'VARIABLE_REFUSED',
  'LOAD_FAILED',
] as const;
/** Failures of the place and the moment: no space, too busy, something broken there. */
const passingFailures = ['READINESS_TIMEOUT', 'SECRET_UNREADABLE', 'INTERNAL_ERROR'] as const;

/** What a location says when a revision could not be made ready. */
export type FailureCode = (typeof modelFailures)[number] | (typeof passingFailures)[number];

export const failureCodes: readonly FailureCode[] = [...modelFailures, ...passingFailures];

const ofModel: ReadonlySet<string> = new Set(modelFailures);

/** Whether the reason may be gone at another time: so may that of a code that is not known here. */
export const mayPass = (code: string): boolean => !ofModel.has(code);
