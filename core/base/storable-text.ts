/**
 * Text that every store and every peer takes: well-formed Unicode without zero characters. Halves of a pair and zero
 * characters, which the output of a model server may well have, become U+FFFD.
 */
export function storableText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}

/** The beginning of a text: at most `limit` UTF-16 units, and never half of a surrogate pair at its end. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text.slice(0, endsInsidePair(text, limit) ? limit - 1 : limit);
}

/** The end of a text: at most `limit` UTF-16 units, and never half of a surrogate pair at its beginning. */
export function cutTextStart(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const from = text.length - limit;
  return text.slice(endsInsidePair(text, from) ? from + 1 : from);
}

/** Whether a cut before the unit at `at` parts a surrogate pair. */
function endsInsidePair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
