import { expect, test } from 'vitest';
import { parseLocations } from './parse-locations.ts';

test('locations are names with an address or a Unix socket', () => {
  expect(parseLocations('paris=http://10.0.0.5:8790, six=http://[::1]:1, here=unix:/run/l.sock')).toEqual([
    { name: 'paris', target: { host: '10.0.0.5', port: 8790 } },
    { name: 'six', target: { host: '::1', port: 1 } },
    { name: 'here', target: { socketPath: '/run/l.sock' } },
  ]);
});

test.each([
  ['', 'received ""'],
  ['paris', 'received "paris"'],
  ['paris=10.0.0.5:8790', 'name=http://host:port'],
  ['paris=https://host', 'received "paris=https://host"'],
  ['paris=http://host/path', 'received'],
  ['Paris=http://host', 'received'],
  ['a=http://h:1,a=http://h:2', 'names a twice'],
])('%j is refused', (text, message) => {
  expect(() => parseLocations(text)).toThrow(message);
});
