import { isUint8Array } from 'node:util/types';

/**
 * Writes a body again that a parser has read (`express.json()`), in the media type that it came in.
 *
 * @returns undefined if there is nothing, or if what there is could not have come in that type.
 */
export function parsedBody(
  body: unknown,
  contentType: string | null,
): string | Uint8Array | undefined {
  if (typeof body === 'string' || isUint8Array(body)) return body;
  if (body === undefined || typeof body === 'function') return undefined;
  const [type = ''] = (contentType ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded')
    return JSON.stringify(body);
  return formOf(body);
}

function formOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  // A field that came twice is a list, and comes twice again.
  const pairs = Object.entries(body).flatMap(([name, value]) =>
    [value as unknown].flat().map((each) => [name, each] as const),
  );
  if (!pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')) {
    return undefined;
  }
  return new URLSearchParams(pairs).toString();
}
