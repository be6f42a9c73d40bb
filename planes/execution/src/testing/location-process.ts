import { silentLogger } from '@beeline/core/base';
import { createLocation } from '../create-location.ts';
import { createFakeFeeds } from './fake-feeds.ts';
import { createFakeRuntime } from './fake-runtime.ts';
import { buildAssignment } from './location-fixture.ts';

/** A location in a process of its own, for tests that kill it: it serves one replica and tells which. */
const [directory = '', modelDirectory = ''] = process.argv.slice(2);
setInterval(() => {}, 60_000);
const feeds = createFakeFeeds('here');
feeds.assign([buildAssignment(modelDirectory)]);
const location = await createLocation({
  name: 'here',
  directory,
  feeds,
  logger: silentLogger,
  flavors: [],
  runtimes: { fake: createFakeRuntime() },
});
while (location.observe().revisions.length === 0) await new Promise((resolve) => setImmediate(resolve));
const signal = new AbortController().signal;
const lease = await location.port.acquire({ revision: 'rev1', executionId: 'ex_1', signal });
console.log(lease.replica);
