import { bodyAlreadyRead } from '../shared/bodyAlreadyRead.js';
import type { NodeRequest } from './toHead.js';

/**
 * The body of a request, of which nothing is touched before it is asked for. To stop reading is no reason to
 * close the connection, since the response still has to go out on it.
 */
export function bodyOf(req: NodeRequest): ReadableStream<Uint8Array> {
  let isListening = false;
  let isDone = false;
  const once = (end: () => void) => (): void => {
    if (isDone) return;
    isDone = true;
    end();
  };
  const listen = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const fail = once(() => controller.error(new Error('The request was aborted.')));
    req.on('data', (chunk: Uint8Array) => {
      if (isDone) return;
      req.pause();
      controller.enqueue(chunk);
    });
    req.once(
      'end',
      once(() => controller.close()),
    );
    req.once('error', fail);
    req.once('close', fail);
    if (req.destroyed) fail();
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        // What has ended by itself, nobody here has read.
        if (!isListening && req.readableEnded) throw bodyAlreadyRead();
        if (!isListening) listen(controller);
        isListening = true;
        req.resume();
      },
      cancel: once(() => req.resume()),
    },
    { highWaterMark: 0 },
  );
}
