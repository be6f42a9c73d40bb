// Installs the locked dependencies when they are missing or out of date. Plain JavaScript without dependencies,
// because it runs before anything is installed, on whatever Node.js the machine has.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.installed-lock');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Beeline needs Node.js 20 or newer to install; this is ${process.versions.node}.`);
  process.exit(1);
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 };

/** Gives npm's exit code. Ctrl-C ends npm at once, which would otherwise go on in the background for a minute. */
async function runNpm(command, args) {
  const npm = spawn(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  let stoppedBy;
  for (const signal of Object.keys(exitCodes)) {
    process.on(signal, () => {
      stoppedBy = signal;
      npm.kill('SIGKILL');
    });
  }
  const [code] = await once(npm, 'exit');
  if (stoppedBy === undefined) return code;
  console.error('Stopped; the next run installs again from the beginning.');
  return process.exit(exitCodes[stoppedBy]);
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.log('Installing dependencies (npm ci), which may take a minute ...');
  const started = Date.now();
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const code = await runNpm(command, args);
  if (code !== 0) {
    console.error('npm ci failed; the lines above say why. Run it again once that is mended.');
    process.exit(1);
  }
  writeFileSync(stamp, lock);
  console.log(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}
