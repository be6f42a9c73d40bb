export type { CliIo, OutputStream } from './cli-io.ts';
export { runCli } from './run-cli.ts';
