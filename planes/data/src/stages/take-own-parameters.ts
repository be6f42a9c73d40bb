export interface OwnParameters {
  /** Value of `environment`; undefined when it is absent or empty. Two different ones come joined by a comma. */
  readonly environment: string | undefined;
  /** The query without our own parameters, otherwise byte for byte. */
  readonly rest: string;
}

const ownNames: ReadonlySet<string> = new Set(['environment', 'debug', 'workspace']);
const mayHoldOwn = /environment|debug|workspace|%/;

function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text; // not an encoding: the text stands for itself
  }
}

/** Splits a query (without `?`) into the parameters that are the platform's and the rest. */
export function takeOwnParameters(query: string): OwnParameters {
  if (!mayHoldOwn.test(query)) return { environment: undefined, rest: query };
  const environments = new Set<string>();
  const rest: string[] = [];
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    if (!ownNames.has(name)) rest.push(part);
    else if (name === 'environment' && equals !== -1) environments.add(decode(part.slice(equals + 1)));
  }
  environments.delete('');
  return {
    environment: environments.size === 0 ? undefined : [...environments].join(','),
    rest: rest.join('&'),
  };
}
