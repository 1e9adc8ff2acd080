import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';

/** A point of a metric: its attributes and its value. */
export type Point = DataPoint<unknown>;

/** Providers whose spans and metrics stay in memory, and the context in which spans find their parents. */
export class Recorder {
  readonly #spans = new InMemorySpanExporter();
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.#spans)],
  });
  readonly meterProvider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: this.#metrics,
        exportIntervalMillis: 3_600_000,
      }),
    ],
  });

  constructor() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  }

  /** The spans that have ended since the last call, in the order in which they began. */
  takeSpans(): ReadableSpan[] {
    const spans = this.#spans.getFinishedSpans();
    this.#spans.reset();
    const startOf = ({ startTime: [s, ns] }: ReadableSpan): number => s * 1e3 + ns / 1e6;
    return spans.toSorted((one, other) => startOf(one) - startOf(other));
  }

  /** The points of all metrics, by the metric's name and unit. */
  async metrics(): Promise<Map<string, readonly Point[]>> {
    this.#metrics.reset();
    await this.meterProvider.forceFlush();
    const found = this.#metrics
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap((scope) => scope.metrics);
    return new Map(
      found.map(({ descriptor: { name, unit }, dataPoints }) => [`${name} ${unit}`, dataPoints]),
    );
  }

  async stop(): Promise<void> {
    context.disable();
    await Promise.all([this.tracerProvider.shutdown(), this.meterProvider.shutdown()]);
  }
}
