export type { CliIo } from './cli-io.ts';
export { runCli } from './run-cli.ts';
export { type Output, type OutputStream, openOutput } from './terminal/open-output.ts';
