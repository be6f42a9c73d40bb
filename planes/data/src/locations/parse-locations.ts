import { BeelineError } from '@beeline/core/base';
import type { UpstreamTarget } from '@beeline/core/contract';

export interface LocationAddress {
  readonly name: string;
  readonly target: UpstreamTarget;
}

function parseTarget(text: string): UpstreamTarget | null {
  if (text.startsWith('unix:/')) return { socketPath: text.slice('unix:'.length) };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'http:' || url.pathname !== '/' || url.search !== '') return null;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(url.port === '' ? '80' : url.port) };
}

/**
 * `paris=http://10.0.0.5:8790,here=unix:/run/beeline/location.sock` to names and addresses.
 * @throws BeelineError INVALID_CONFIGURATION naming the entry that is wrong.
 */
export function parseLocations(text: string): readonly LocationAddress[] {
  const entries = text.split(',').map((entry) => entry.trim());
  const locations = entries.map((entry) => {
    const [name = '', address = ''] = entry.split(/=(.*)/s);
    const target = parseTarget(address);
    if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) && target !== null) return { name, target };
    throw new BeelineError('INVALID_CONFIGURATION', {
      message: `locations must be name=http://host:port or name=unix:/path, separated by commas (received ${JSON.stringify(entry)})`,
    });
  });
  const twice = locations.find(
    ({ name }, index) => locations.findIndex((one) => one.name === name) !== index,
  );
  if (twice === undefined) return locations;
  throw new BeelineError('INVALID_CONFIGURATION', { message: `locations names ${twice.name} twice` });
}
