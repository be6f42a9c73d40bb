import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { EngineError, toEngineError } from '../engine/engine-error.ts';
import type { FromWorker, LoadRequest, ToWorker } from '../session/messages.ts';
import { importLibrary } from './import-library.ts';
import { loadModel, type ServedModel } from './load-model.ts';

// The entry of the model thread: imports the library, loads the model it is told to, then answers messages in order.

const port = parentPort;
if (port === null) throw new Error('run-worker.ts must be started as a worker thread');
const send = (message: FromWorker): void => port.postMessage(message);

async function answer(
  model: ServedModel,
  message: ToWorker,
  isAborted: (id: number) => boolean,
): Promise<void> {
  if (message.kind === 'load') return;
  const { id } = message;
  try {
    if (message.kind === 'encode') {
      if (model.encode === null) throw new EngineError('MODEL_ERROR', 'this model does not encode texts');
      send({ kind: 'encoded', id, outputs: await model.encode(message.items) });
      return;
    }
    if (model.generate === null) throw new EngineError('MODEL_ERROR', 'this model does not generate text');
    const generated = await model.generate(message.prompt, message.options, {
      onAccepted: (promptTokens) => send({ kind: 'accepted', id, promptTokens }),
      onPiece: (text) => send({ kind: 'piece', id, text }),
      isAborted: () => isAborted(id),
    });
    send({ kind: 'generated', id, generated });
  } catch (error) {
    const { code, message: text, field } = toEngineError(error);
    send({ kind: 'refused', id, error: { code, message: text, field } });
  }
}

try {
  const told = once(port, 'message');
  const imported = await importLibrary();
  send({ kind: 'imported' });
  const [first]: ToWorker[] = await told;
  if (first?.kind !== 'load') throw new Error('the model thread must first be told what to load');
  const request: LoadRequest = first.request;
  const model = await loadModel(request, imported).catch(async (error: unknown) => {
    const { describeLoadFailure } = await import('../model/describe-load-failure.ts');
    throw new Error(await describeLoadFailure(error, request.modelDirectory), { cause: error });
  });
  let last = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    last = last.then(() => answer(model, message, (id) => Atomics.load(request.abortedJob, 0) === id));
  });
  send({ kind: 'loaded', timings: model.timings, maxTokens: model.maxTokens });
} catch (error) {
  const detail = error instanceof Error ? error.message : String(error);
  send({ kind: 'failed', message: detail.replaceAll(/\s+/g, ' ') });
}
