import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Transport, WireResponse } from '../../src/lean/HttpExchange.js';
import { bodyOf, reviveBinary } from '../../src/lean/json.js';
import { LeanClient } from '../../src/lean/LeanClient.js';
import { RetryBudget, type Failure, type Retry } from '../../src/lean/RetryBudget.js';
import { serviceError } from '../../src/lean/serviceError.js';
import {
  type Operation,
  type OperationClient,
  type OperationName,
} from '../../src/table/OperationClient.js';
import { QUICK_RETRIES } from './quickRetries.js';

type Stack = DynamoDBClient['middlewareStack'];
/** Result of a middleware, whatever its step. */
interface Handled {
  readonly output?: object;
  readonly response: unknown;
}

/** The names of the SDK's own middleware. */
const SDK_OWN: readonly string[] = [
  ...namesIn(new DynamoDBClient({ region: 'local' }).middlewareStack),
  // Bound to one of the others, and so not told of.
  'httpAuthSchemeMiddleware',
];
const leanClients = new WeakMap<object, Promise<LeanClient>>();

/**
 * Stands in for the adapter of the SDK's clients in the runs of `--client lean`: sends the same
 * operations by a lean client with the settings of the SDK's. Middleware that tests have added to the
 * SDK's client runs around each attempt.
 */
export function sdkClient(client: DynamoDBClient): OperationClient {
  const send = async (operation: Operation): Promise<unknown> => {
    let lean = leanClients.get(client);
    if (!lean) leanClients.set(client, (lean = leanOf(client)));
    return (await lean).send(operation);
  };
  return {
    sendsOperations: true,
    send: send as <N extends OperationName>(operation: Operation<N>) => Promise<never>,
  };
}

async function leanOf(client: DynamoDBClient): Promise<LeanClient> {
  const { config, middlewareStack } = client;
  const isQuick = (await config.retryStrategy()) === QUICK_RETRIES;
  const { requestHandler } = config as { requestHandler: { httpHandlerConfigs?: () => object } };
  const handler = (requestHandler.httpHandlerConfigs?.() ?? {}) as { requestTimeout?: number };
  const lean = new LeanClient(
    {
      region: await config.region(),
      endpoint: await endpointOf(client),
      credentials: () => config.credentials(),
      maxAttempts: isQuick ? 3 : await config.maxAttempts(),
      connectionTimeoutMs: 3000,
      requestTimeoutMs: handler.requestTimeout ?? 10_000,
      idleTimeoutMs: 20_000,
      maxResponseBytes: 64 * 1024 * 1024,
    },
    isQuick ? new QuickRetries() : new RetryBudget(),
  );
  lean.intercept((next) => (request) => throughMiddleware(middlewareStack, next, request));
  return lean;
}

/** The same decisions without the waits, and without a budget. */
class QuickRetries extends RetryBudget {
  override take(error: Failure, attempts: number): Retry | undefined {
    const retry = super.take(error, attempts, 0);
    if (retry) this.giveBack(retry.cost);
    return retry;
  }
}

async function endpointOf({ config }: DynamoDBClient): Promise<string | undefined> {
  const given = await config.endpoint?.();
  if (!given) return undefined;
  const { protocol, hostname, port, path } = given;
  return `${protocol}//${hostname}${port === undefined ? '' : `:${String(port)}`}${path}`;
}

/** Sends an attempt through the middleware that is not the SDK's own. */
async function throughMiddleware(
  stack: Stack,
  next: Transport,
  request: Parameters<Transport>[0],
): Promise<WireResponse> {
  const own = stack.clone();
  for (const name of SDK_OWN) own.remove(name);
  if (own.identify().length === 0) return next(request);
  const { name, input } = request.operation;
  let answer: WireResponse | undefined;
  let parsed: unknown;
  // As the SDK's, which lies between the middleware of tests and that of faults.
  own.add(
    (inner) => async (args) => {
      const { response } = (await inner(args)) as { response: WireResponse };
      answer = { ...response, body: Buffer.from(response.body) };
      parsed = parse(answer);
      if (parsed instanceof Error) throw parsed;
      return { response, output: parsed as never };
    },
    { step: 'deserialize', name: 'deserializerMiddleware' },
  );
  const handler = own.resolve(
    async (args) => {
      const sent = args as { input: object; request: { body: Uint8Array } };
      const body =
        sent.request.body === wire.body
          ? bodyOf({ name, input: sent.input as never })
          : Buffer.from(sent.request.body).toString();
      return { response: { ...(await next({ ...request, body })) } };
    },
    { clientName: 'DynamoDBClient', commandName: `${name}Command`, logger: console },
  );
  const wire = { headers: request.headers, body: Buffer.from(request.body) };
  try {
    const { output } = (await handler({ input, request: wire } as never)) as Handled;
    // Middleware may have changed the output in place.
    return {
      statusCode: 200,
      headers: {},
      body: Buffer.from(bodyOf({ name: 'Scan', input: output as never })),
    };
  } catch (error) {
    if (error === parsed && answer) return answer;
    throw error;
  }
}

function parse({ statusCode, headers, body }: WireResponse): object {
  const text = Buffer.from(body).toString();
  const $metadata = { httpStatusCode: statusCode, requestId: undefined };
  if (statusCode >= 300) return serviceError(text, headers, $metadata);
  try {
    const document = JSON.parse(text) as object;
    reviveBinary(document, text);
    return Object.assign(document, { $metadata });
  } catch (error) {
    return error as Error;
  }
}

function namesIn(stack: Stack): string[] {
  return stack.identify().map((line) => line.split(/[ :(]/)[0] ?? '');
}
