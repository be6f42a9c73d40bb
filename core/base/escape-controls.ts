/**
 * Characters that do something to a terminal or hide something from its reader, instead of being seen: controls,
 * those that turn the direction of writing, those without width that nothing needs, line separators, and halves of
 * characters. Joiners and variation selectors stay: scripts and emoji are written with them.
 */
const acting =
  /[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{DI}\u{fff9}-\u{fffb}]--[\t\n\u200c\u200d\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]]/gv;

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** The text with `\x1b` or `\u202e` in the place of what would act instead of being seen; tabs and line ends stay. */
export function escapeControls(text: string): string {
  return text.replace(acting, escapeOf);
}

/** JSON, already written, with the same characters as `\u001b`: it reads back as the same value. */
export function escapeJsonControls(json: string): string {
  return json.replace(acting, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** The same for texts in double quotes of YAML, where one escape stands for a whole character. */
export function escapeYamlControls(yaml: string): string {
  return yaml.replace(acting, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
  });
}

/** Whether a text has such a character. */
export const hasControls = (text: string): boolean => text.search(acting) !== -1;
