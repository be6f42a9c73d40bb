/** Thrown when a model directory cannot be served; the message names the file, the rule and what was found. */
export class ModelDirectoryError extends Error {
  override readonly name = 'ModelDirectoryError';
  readonly code: 'MODEL_MISSING' | 'MODEL_INVALID' | 'TASK_UNSUPPORTED';

  constructor(code: ModelDirectoryError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
