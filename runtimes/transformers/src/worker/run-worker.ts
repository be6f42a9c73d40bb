import { parentPort, workerData } from 'node:worker_threads';
import { EngineError, toEngineError } from '../engine/engine-error.ts';
import type { FromWorker, LoadRequest, ToWorker } from '../session/messages.ts';
import { loadModel, type ServedModel } from './load-model.ts';

// The entry of the model thread: loads one model, then answers messages one after the other.

const port = parentPort;
if (port === null) throw new Error('run-worker.ts must be started as a worker thread');
const send = (message: FromWorker): void => port.postMessage(message);
const request: LoadRequest = workerData;

async function answer(model: ServedModel, message: ToWorker): Promise<void> {
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
      isAborted: () => Atomics.load(request.abortedJob, 0) === id,
    });
    send({ kind: 'generated', id, generated });
  } catch (error) {
    const { code, message: text, field } = toEngineError(error);
    send({ kind: 'refused', id, error: { code, message: text, field } });
  }
}

try {
  const model = await loadModel(request);
  let last = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    last = last.then(() => answer(model, message));
  });
  send({ kind: 'loaded', timings: model.timings, maxTokens: model.maxTokens });
} catch (error) {
  const detail = error instanceof Error ? error.message : String(error);
  send({ kind: 'failed', message: detail.replaceAll(/\s+/g, ' ') });
}
