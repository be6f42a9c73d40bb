import type { Driver } from '../interface/index.ts';
import { buildFakeInstance } from './fake-instance.ts';

/**
 * The owner that the suite kills: opens the driver that the module exports as `open`, starts instances with the
 * given behaviour, tells their ids and waits for its end.
 */
setInterval(() => {}, 60_000);
const [moduleUrl = '', directory = '', options = '{}', behaviour = '{}'] = process.argv.slice(2);
const module = (await import(moduleUrl)) as {
  readonly open: (directory: string, options: object) => Promise<Driver>;
};
const driver = await module.open(directory, JSON.parse(options));
const specs = [buildFakeInstance(JSON.parse(behaviour)), buildFakeInstance(JSON.parse(behaviour))];
for (const spec of specs) await driver.create(spec);
const started = await Promise.all(specs.map((spec) => driver.start(spec.id)));
console.log(JSON.stringify(specs.map((spec, index) => ({ id: spec.id, ...started[index] }))));
