import { request as sendRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Got } from '../../http/support.js';

/** A request as it goes over the wire: no header is added, and no path tidied up. */
export interface RawRequest {
  readonly method?: string;
  /** A list for a header that is there several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A body; an object as JSON. */
  readonly body?: string | object;
  /** Sends a body by itself, and need never end it. */
  readonly stream?: (write: (chunk: string) => boolean) => void;
}

/** Sends a request, and reads the response whole. */
export async function sendRaw(port: number, path: string, sent: RawRequest = {}): Promise<Got> {
  const { method = 'GET', headers = {}, body, stream } = sent;
  const isJson = body !== undefined && typeof body !== 'string';
  const payload = isJson ? JSON.stringify(body) : body;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = sendRequest({
      host: '127.0.0.1',
      port,
      path,
      method,
      agent: false,
      headers: {
        ...(isJson && { 'content-type': 'application/json' }),
        ...(payload !== undefined && { 'content-length': String(Buffer.byteLength(payload)) }),
        ...(Object.fromEntries(Object.entries(headers)) as Record<string, string | string[]>),
      },
    });
    request.on('response', resolve);
    request.on('error', reject);
    if (stream) stream((chunk) => writeTo(request, chunk));
    else request.end(payload);
  });
  const text = await readText(response);
  response.destroy();
  return gotOf(response, text);
}

/** Tells whether the other end still listens. */
function writeTo(request: ClientRequest, chunk: string): boolean {
  if (request.destroyed) return false;
  request.write(chunk);
  return true;
}

function gotOf({ rawHeaders, statusCode = 0 }: IncomingMessage, text: string): Got {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  }
  const isJson = (headers.get('content-type') ?? '').includes('json') && text !== '';
  return {
    status: statusCode,
    headers,
    text,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}
