import { compileEngineConfig } from './engine/engine-config.ts';
import { runEngine } from './engine/run-engine.ts';

// The entry of the engine process, and the only file that reads its arguments and environment.

try {
  const engine = await runEngine(compileEngineConfig(process.argv.slice(2), process.env));
  process.once('SIGTERM', () => engine.drain());
  process.once('SIGINT', () => engine.drain());
  await engine.ended;
  process.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`beeline-engine: ${message.replaceAll(/\s+/g, ' ')}\n`, () => process.exit(1));
}
