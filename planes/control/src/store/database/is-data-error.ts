/** Whether the database refused what was to be stored, whatever else was in the transaction (SQLSTATE class 22). */
export function isDataError(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && /^22...$/.test(String(thrown.code));
}
