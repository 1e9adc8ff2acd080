import { problemOf } from './HttpError.js';

/** Told of an error that the client cannot be blamed for, and that it sees nothing of. */
export type OnError = (error: unknown) => unknown;

/** Tells the operator of the server's own faults, and of dependencies that do not answer; an error that `onError` throws changes nothing. */
export function reporter(onError: OnError = writeToConsole): (error: unknown) => void {
  return (error) => {
    if (problemOf(error).status < 500) return;
    void Promise.resolve(error)
      .then(onError)
      .catch(() => undefined);
  };
}

function writeToConsole(error: unknown): void {
  // eslint-disable-next-line no-console -- the only place that a server's operator always looks at
  console.error(error);
}
