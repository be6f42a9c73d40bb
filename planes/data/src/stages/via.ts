import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { headerLine } from '@beeline/core/relay';

/** Times that one gateway may be on the way of a request: a model may call others with the headers that it got. */
export const visitLimit = 8;

/** Tells this process from others of the same name; the same for all its threads. */
const instance = createHash('sha256').update(`${hostname()}:${process.pid}`).digest('hex').slice(0, 8);

/** What a gateway says of itself in `Via` (RFC 9110 §7.6.3), and how it knows itself again. */
export interface Via {
  /** The line to add to a message that came in HTTP/1.1 or, true, in HTTP/1.0. */
  line(http10: boolean): string;
  /** Whether a request with this `Via` was here so often that it goes in a circle. */
  loops(via: string | undefined): boolean;
}

/** A gateway that is called so; null for one that says nothing, and so cannot know itself again. */
export function createVia(name: string | null): Via {
  if (name === null) return { line: () => '', loops: () => false };
  const own = `${name}-${instance}`;
  const http11 = headerLine('via', `1.1 ${own}`);
  const http10 = headerLine('via', `1.0 ${own}`);
  return {
    line: (old) => (old ? http10 : http11),
    loops(via) {
      if (via === undefined || !via.includes(own)) return false;
      const visits = via.split(',').filter((hop) => hop.trim().split(/[ \t]+/)[1] === own);
      return visits.length >= visitLimit;
    },
  };
}
