import { waitFlag } from './engine/claim-words.ts';
import { compileEngineConfig } from './engine/engine-config.ts';
import { runEngine } from './engine/run-engine.ts';

// The entry of the engine process, and the only file that reads its arguments and environment.

try {
  const argv = process.argv.slice(2);
  const [flag, socket = ''] = argv;
  const engine = await runEngine(async (thread) => {
    if (flag !== waitFlag) return { config: compileEngineConfig(argv, process.env), since: 0 };
    const { awaitClaim } = await import('./engine/await-claim.ts');
    return { config: await awaitClaim(socket, thread), since: performance.now() };
  });
  process.once('SIGTERM', () => engine.drain());
  process.once('SIGINT', () => engine.drain());
  await engine.ended;
  process.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // It may quote a model. What makes such text safe is only loaded when there is one to show.
  const { escapeControls } = await import('@beeline/core/base');
  const line = escapeControls(message.replaceAll(/\s+/g, ' '));
  process.stderr.write(`beeline-engine: ${line}\n`, () => process.exit(1));
}
