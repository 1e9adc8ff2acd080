import { AccountError } from '../errors/AccountError.js';
import { HttpError } from './HttpError.js';

/** How much of a body is read, and for how long. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

/** Media types that a route reads. */
export type MediaType = 'application/json' | 'application/x-www-form-urlencoded';

/**
 * Reads the parameters in a request's body. An empty body has none.
 *
 * @throws HttpError `UnsupportedMediaType`, `BodyTooLarge`, `BodyTimeout`, `MalformedBody`
 */
export async function readParams(
  request: Request,
  accepted: readonly MediaType[],
  limits: BodyLimits,
): Promise<{ readonly type: MediaType; readonly params: unknown }> {
  const text = await readText(request, limits);
  const type = mediaTypeOf(request);
  // Where there is nothing to read, its type does not matter.
  if (text === '' && type === '') return { type: 'application/json', params: {} };
  const known = accepted.find((each) => each === type);
  if (!known) throw new HttpError('UnsupportedMediaType', { Accept: accepted.join(', ') });
  if (known === 'application/json') return { type: known, params: parseJson(text) };
  return { type: known, params: toParams(new URLSearchParams(text)) };
}

/** The media type of a request's body, without its parameters; empty for none. */
export function mediaTypeOf({ headers }: Request): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1);
  return type.trim().toLowerCase();
}

async function readText(request: Request, limits: BodyLimits): Promise<string> {
  const { maxBodyBytes, bodyTimeoutMs } = limits;
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) {
    throw new HttpError('BodyTooLarge');
  }
  if (!request.body) return '';
  const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HttpError('BodyTimeout')), bodyTimeoutMs);
  });
  try {
    const bytes = await Promise.race([readAll(reader, maxBodyBytes), tooLate]);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    // Not awaited: a source that never ends may never say that it has.
    void reader.cancel().catch(() => undefined);
    // A door whose body was read by others says so with an AccountError.
    const isKnown = error instanceof HttpError || AccountError.is(error);
    throw isKnown ? error : new HttpError('MalformedBody');
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    length += value.byteLength;
    if (length > maxBytes) throw new HttpError('BodyTooLarge');
    chunks.push(value);
  }
}

function parseJson(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError('MalformedBody');
  }
}

/**
 * Reads the parameters of a form or a query.
 *
 * @throws AccountError `InvalidInput` for one that is there twice: nobody could tell which one counts.
 */
export function toParams(given: URLSearchParams): Record<string, string> {
  const params: Record<string, string> = {};
  const seen = new Set<string>();
  for (const [name, value] of given) {
    if (seen.has(name)) {
      throw new AccountError('InvalidInput', { path: name.slice(0, 200), reason: 'duplicate' });
    }
    seen.add(name);
    // A field that a form leaves empty is not given.
    if (value !== '') Object.defineProperty(params, name, { value, enumerable: true });
  }
  return params;
}
