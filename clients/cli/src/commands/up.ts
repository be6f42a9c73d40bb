import { fileURLToPath } from 'node:url';
import { BeelineError } from '@beeline/core/base';
import type { Command } from 'commander';
import type { CommandContext } from '../command-table.ts';

// A client imports no plane: the platform is another program, found through the package that carries it.
const platformProgram = '@beeline/standalone/main';

const examples = `
Every setting of the platform is a flag, and is passed on to it: bl up -- --help lists them with their defaults.
On its first start it makes the workspace "default" and an API key, and writes both where bl finds them.

Examples:
  bl up
  bl up --port 9000 --data-dir /srv/beeline
  bl up -- --help`;

export function defineUp(command: Command, { io }: CommandContext): void {
  command
    .argument('[flags...]', 'flags of the platform')
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', examples)
    .action((flags: readonly string[]) => {
      io.becomeProgram(process.execPath, platformArguments(flags, io.resolvePackage));
      throw new BeelineError('USAGE_ERROR', {
        message:
          'this system cannot start the platform from bl; start it with Node.js itself, on Linux or macOS',
      });
    });
}

/**
 * Arguments for Node.js that start the platform.
 * @throws BeelineError USAGE_ERROR when this installation has no platform.
 */
export function platformArguments(
  flags: readonly string[],
  resolve: (name: string) => string,
): readonly string[] {
  try {
    return [fileURLToPath(resolve(platformProgram)), ...flags];
  } catch (error) {
    throw new BeelineError('USAGE_ERROR', {
      message:
        'this installation of bl has no platform to start; run bl in a clone of Beeline after `npm ci`',
      cause: error,
    });
  }
}
