import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Served } from './Application.js';
import { listen } from './listen.js';
import { TRIGGERS, type Trigger, type WireRequest } from './triggers.js';

/** A Lambda function, as a trigger calls it. */
export type LambdaFunction = (event: never, context: never) => unknown;

/** The most that API Gateway and function URLs take, about; a load balancer takes less. */
const MAX_BODY_BYTES = 1024 * 1024;
/** How long a client may pause. */
const IDLE_MS = 500;

/** Serves a Lambda function over HTTP, as a trigger does: the function sees and gives JSON only. */
export function serveTrigger(trigger: Trigger, lambda: LambdaFunction): Promise<Served> {
  return listen(
    createServer((req, res) => {
      void answer(trigger, lambda, req, res);
    }),
  );
}

async function answer(
  trigger: Trigger,
  lambda: LambdaFunction,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const emulation = TRIGGERS[trigger];
  const body = await readBody(req);
  if (typeof body === 'number') {
    res.writeHead(body, { connection: 'close' }).end();
    return;
  }
  try {
    const event = emulation.toEvent(wireRequest(req, body));
    const result: unknown = await lambda(json(event) as never, { awsRequestId: 'id' } as never);
    const { status, headers, body: text } = emulation.toResponse(json(result), event);
    res.sendDate = false;
    res.writeHead(status, headers.flat());
    res.end(text);
  } catch (error) {
    // As API Gateway says it of a function that throws, or gives what it cannot read.
    res.writeHead(502, { 'x-test-error': encodeURIComponent(String(error)) }).end();
  }
}

/** Translation of requests to events, and of results to responses. */
function json(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

/** Reads a body, or gives the status that a trigger answers by itself. */
async function readBody(req: IncomingMessage): Promise<Buffer | number> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    let length = 0;
    let timer = setTimeout(() => resolve(408), IDLE_MS);
    req.on('data', (chunk: Buffer) => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve(408), IDLE_MS);
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else resolve(413);
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('close', () => {
      clearTimeout(timer);
      resolve(400);
    });
  });
}

function wireRequest(req: IncomingMessage, body: Buffer): WireRequest {
  const { rawHeaders, method = 'GET', url = '/', socket } = req;
  const [path = '/', ...query] = url.split('?');
  const sourceIp = socket.remoteAddress ?? '';
  const headers: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    // Hop by hop.
    if (name !== 'connection' && name !== 'transfer-encoding') {
      headers.push([name, decoded(rawHeaders[at + 1] ?? '')]);
    }
  }
  const forwarded = headers.filter(([name]) => name === 'x-forwarded-for');
  const rest = headers.filter(([name]) => name !== 'x-forwarded-for');
  const chain = [...forwarded.map(([, value]) => value), sourceIp].join(', ');
  return {
    method,
    path,
    query: query.join('?'),
    headers: [
      ...rest,
      ['x-forwarded-for', chain],
      ['x-forwarded-port', '443'],
      ['x-forwarded-proto', 'https'],
    ],
    sourceIp,
    body,
  };
}

/** JSON has no bytes: events hold headers decoded as UTF-8. */
function decoded(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}
