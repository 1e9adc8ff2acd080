import { inspect } from 'node:util';

/** Everything that a log could show of a value: its causes, symbols and hidden properties as well. */
export function everythingShown(value: unknown): string {
  const parts = [
    inspect(value, { showHidden: true, depth: 20, maxStringLength: null }),
    json(value),
  ];
  for (let error = value; error instanceof Error; error = error.cause) {
    parts.push(String(error), error.message, error.stack ?? '', json(error));
    parts.push(
      inspect(error, { showHidden: true, depth: 20, maxStringLength: null, getters: true }),
    );
  }
  return parts.join('\n');
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) || '';
  } catch {
    return ''; // AWS's errors may hold cycles; `inspect` has shown them.
  }
}
