const mostNames = 20;

/** `a, b and 3 more`: an error names some of what there is, however much that is. */
export function nameSome(names: readonly string[]): string {
  const more = names.length - mostNames;
  return `${names.slice(0, mostNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
