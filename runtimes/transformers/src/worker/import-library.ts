import { registerHooks } from 'node:module';

/** The library as the model thread imported it. */
export type Library = typeof import('@huggingface/transformers');

const emptyModule = 'data:text/javascript,export default () => { throw new Error("no images here"); }';

/**
 * Imports transformers.js without its image library: text needs none, and leaving it out saves a third of the import
 * time and 17 MB. It also makes sure that no input can ever be opened as a picture from a path or URL.
 */
export async function importLibrary(): Promise<{ library: Library; importMs: number }> {
  const started = performance.now();
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'sharp' ? { url: emptyModule, shortCircuit: true } : next(specifier, context),
  });
  const library = await import('@huggingface/transformers');
  return { library, importMs: performance.now() - started };
}
