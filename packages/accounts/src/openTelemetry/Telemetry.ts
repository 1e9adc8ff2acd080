import {
  context,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Counter,
  type Histogram,
  type MeterProvider,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import type { CommandEvent } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import { reasonOf } from '../events/Events.js';

/** Providers of spans and metrics; by default, the global ones of `@opentelemetry/api`. */
export interface TelemetryProviders {
  readonly tracerProvider?: TracerProvider | undefined;
  readonly meterProvider?: MeterProvider | undefined;
}

const SCOPE = '@latchkey/accounts';
/** The boundaries that the conventions advise for `db.client.operation.duration`, in seconds. */
const REQUEST_BOUNDARIES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
/** The boundaries that the conventions advise for the durations of servers, in seconds. */
const FLOW_BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const MS_PER_SECOND = 1000;
const SERVER_ERROR = 500;

/**
 * Writes spans and metrics. Their attributes are names of methods, operations, tables and error codes:
 * never a message, an identifier or anything that somebody typed.
 */
export class Telemetry {
  readonly #tracer: Tracer;
  readonly #flows: Counter;
  readonly #flowDuration: Histogram;
  readonly #requestDuration: Histogram;
  readonly #hashingDuration: Histogram;
  /** Set while a call has not waited for anything: what it calls then is the same flow. */
  #isEntering = false;

  constructor({ tracerProvider, meterProvider }: TelemetryProviders) {
    this.#tracer = (tracerProvider ?? trace).getTracer(SCOPE);
    const meter = (meterProvider ?? metrics).getMeter(SCOPE);
    const histogram = (name: string, description: string, boundaries: number[]): Histogram =>
      meter.createHistogram(name, {
        description,
        unit: 's',
        advice: { explicitBucketBoundaries: boundaries },
      });
    this.#flows = meter.createCounter('latchkey.flows', {
      description: 'Flows that have ended, by name and error code.',
      unit: '{flow}',
    });
    this.#flowDuration = histogram(
      'latchkey.flow.duration',
      'Duration of flows, by name and error code.',
      FLOW_BOUNDARIES,
    );
    this.#requestDuration = histogram(
      'db.client.operation.duration',
      'Duration of requests to DynamoDB, with their retries.',
      REQUEST_BOUNDARIES,
    );
    this.#hashingDuration = histogram(
      'latchkey.password.hashing.duration',
      'Duration of hashing or verifying a password, with the wait for its turn.',
      FLOW_BOUNDARIES,
    );
  }

  /** Runs a flow inside a span of its own, and counts how it ended. */
  flow(name: string, call: () => unknown): unknown {
    if (this.#isEntering) return call();
    const attributes = { 'code.function.name': name };
    const span = this.#tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes });
    const startedMs = performance.now();
    const end = (failure: Attributes = {}): void => {
      span.setAttributes(failure).end();
      const outcome = { ...attributes, ...failure };
      this.#flows.add(1, outcome);
      this.#flowDuration.record(secondsSince(startedMs), outcome);
    };
    const fail = (error: unknown): void => {
      if (isFault(error)) span.setStatus({ code: SpanStatusCode.ERROR });
      end({ 'error.type': reasonOf(error) });
    };
    return settling(
      () => {
        this.#isEntering = true;
        try {
          return context.with(trace.setSpan(context.active(), span), call);
        } finally {
          this.#isEntering = false;
        }
      },
      end,
      fail,
    );
  }

  /** Records a request that has ended; it is told in the context of the flow that sent it. */
  request(
    tableName: string,
    { command, attempts, durationMs, consumedCapacity, errorName }: CommandEvent,
    { withSpan }: { readonly withSpan: boolean },
  ): void {
    const attributes: Attributes = {
      'db.system.name': 'aws.dynamodb',
      'db.operation.name': command,
      ...(errorName !== undefined && { 'error.type': errorName }),
    };
    this.#requestDuration.record(durationMs / MS_PER_SECOND, {
      ...attributes,
      'db.collection.name': tableName,
    });
    if (!withSpan) return;
    const endMs = Date.now();
    const span = this.#tracer.startSpan(`DynamoDB.${command}`, {
      kind: SpanKind.CLIENT,
      startTime: endMs - durationMs,
      attributes: {
        ...attributes,
        'aws.dynamodb.table_names': [tableName],
        ...(consumedCapacity !== undefined && {
          'aws.dynamodb.consumed_capacity': [
            JSON.stringify({ TableName: tableName, CapacityUnits: consumedCapacity }),
          ],
        }),
        ...(attempts > 1 && { 'http.request.resend_count': attempts - 1 }),
      },
    });
    if (errorName !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endMs);
  }

  /** Measures the hashing or verifying of a password. */
  hashing(operation: string, call: () => unknown): unknown {
    const startedMs = performance.now();
    const end = (failure: Attributes = {}): void => {
      const attributes = { 'latchkey.password.operation': operation, ...failure };
      this.#hashingDuration.record(secondsSince(startedMs), attributes);
    };
    return settling(call, end, (error) => {
      end({ 'error.type': reasonOf(error) });
    });
  }
}

/** Tells whether an error is a fault of the service, and not an answer to the caller. */
function isFault(error: unknown): boolean {
  return !AccountError.is(error) || error.status >= SERVER_ERROR;
}

/** Makes a call, and tells how it has ended: at once, or when its promise settles. */
function settling(
  call: () => unknown,
  onDone: () => void,
  onFailed: (error: unknown) => void,
): unknown {
  try {
    const result = call();
    if (!(result instanceof Promise)) {
      onDone();
      return result;
    }
    return result.then(
      (value: unknown) => {
        onDone();
        return value;
      },
      (error: unknown) => {
        onFailed(error);
        throw error;
      },
    );
  } catch (error) {
    onFailed(error);
    throw error;
  }
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / MS_PER_SECOND;
}
