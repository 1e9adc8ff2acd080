import { bodyAlreadyRead } from '../shared/bodyAlreadyRead.js';
import type { NodeRequest } from './toHead.js';

/**
 * The body of a request, read only as far as it is asked for. To stop reading is no reason to close the
 * connection, since the response still has to go out on it.
 */
export function bodyOf(req: NodeRequest): ReadableStream<Uint8Array> {
  let isDone = false;
  const once = (end: () => void) => (): void => {
    if (isDone) return;
    isDone = true;
    end();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (req.readableEnded) {
          controller.error(bodyAlreadyRead());
          return;
        }
        const fail = once(() => controller.error(new Error('The request was aborted.')));
        req.on('data', (chunk: Uint8Array) => {
          if (isDone) return;
          controller.enqueue(chunk);
          req.pause();
        });
        req.once(
          'end',
          once(() => controller.close()),
        );
        req.once('error', fail);
        req.once('close', fail);
        if (req.destroyed) fail();
        req.pause();
      },
      pull() {
        req.resume();
      },
      cancel: once(() => req.resume()),
    },
    { highWaterMark: 0 },
  );
}
