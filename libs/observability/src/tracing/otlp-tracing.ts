import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Link, Span, Tracer } from '@opentelemetry/api';
import {
  parseTraceParent,
  setGlobalErrorHandler,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { errorText } from '../error-text.ts';
import type { Logger } from '../logger.ts';
import type { TracedBatch, TracesSettings, Tracing } from './tracing.ts';

/** Names of attributes by the semantic conventions 1.45; those for messaging are not stable yet. */
const SERVICE_NAME = 'service.name';
const SERVICE_VERSION = 'service.version';
const ERROR_TYPE = 'error.type';
const SYSTEM = 'messaging.system';
const OPERATION_NAME = 'messaging.operation.name';
const OPERATION_TYPE = 'messaging.operation.type';
const DESTINATION = 'messaging.destination.name';
const PARTITION = 'messaging.destination.partition.id';
const GROUP = 'messaging.consumer.group.name';
const RECORDS = 'messaging.batch.message_count';

/** Less than a service has to close: a collector that is away must not hold it up. */
const EXPORT_TIMEOUT_MS = 2_000;
const MINUTE_MS = 60_000;

/** The SDK keeps no more of a span. */
const MAX_LINKS = 128;

/** Loaded only when traces are on. */
export class OtlpTracing implements Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #tell: (error: unknown) => void;
  readonly #propagator = new W3CTraceContextPropagator();

  constructor(
    { name, version }: { readonly name: string; readonly version: string },
    { endpoint, headers, ratio }: TracesSettings,
    logger: Logger,
  ) {
    this.#tell = onceAMinute((error) => {
      logger.warn({ cause: errorText(error) }, `Traces were not delivered to ${endpoint}`);
    });
    setGlobalErrorHandler(this.#tell);
    const exporter = new OTLPTraceExporter({
      timeoutMillis: EXPORT_TIMEOUT_MS,
      url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
      headers: parseHeaders(headers),
    });
    const own = resourceFromAttributes({
      [SERVICE_NAME]: name,
      [SERVICE_VERSION]: version,
    });
    this.#provider = new TracerProvider({
      resource: own.merge(detectResources({ detectors: [envDetector] })),
      sampler: new TraceIdRatioBasedSampler(ratio),
      spanProcessors: [
        new BatchSpanProcessor({ exporter, exportTimeoutMillis: EXPORT_TIMEOUT_MS }),
      ],
    });
    this.#tracer = this.#provider.getTracer(name, version);
  }

  process<T>(batch: TracedBatch, work: () => Promise<T>): Promise<T> {
    const { topic, partition, groupId, records } = batch;
    const attributes = {
      ...operation('process', topic, records.length),
      [PARTITION]: String(partition),
      [GROUP]: groupId,
    };
    const links = linksOf(batch);
    return within(
      this.#tracer.startSpan(
        `process ${topic}`,
        { kind: SpanKind.CONSUMER, attributes, links },
        ROOT_CONTEXT,
      ),
      work,
    );
  }

  send<T>(
    topic: string,
    records: number,
    work: (headers: readonly (readonly [name: string, value: string])[]) => Promise<T>,
  ): Promise<T> {
    const attributes = operation('send', topic, records);
    const span = this.#tracer.startSpan(
      `send ${topic}`,
      { kind: SpanKind.PRODUCER, attributes },
      ROOT_CONTEXT,
    );
    const headers: Record<string, string> = {};
    this.#propagator.inject(trace.setSpan(ROOT_CONTEXT, span), headers, {
      set: (carrier: Record<string, string>, name, value) => {
        carrier[name] = value;
      },
    });
    return within(span, () => work(Object.entries(headers)));
  }

  shutdown(): Promise<void> {
    // Lost traces are no reason for another exit code.
    return this.#provider.shutdown().catch(this.#tell);
  }
}

/** What fails now will fail again with the next spans, a few seconds later. */
function onceAMinute(tell: (error: unknown) => void): (error: unknown) => void {
  let toldAt = -Infinity;
  return (error) => {
    if (performance.now() - toldAt < MINUTE_MS) return;
    toldAt = performance.now();
    tell(error);
  };
}

async function within<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The kind alone: a message may quote what a record holds.
    span.setAttribute(ERROR_TYPE, error instanceof Error ? error.name : 'other');
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

function operation(name: 'process' | 'send', topic: string, records: number): Attributes {
  return {
    [SYSTEM]: 'kafka',
    [OPERATION_NAME]: name,
    [OPERATION_TYPE]: name,
    [DESTINATION]: topic,
    [RECORDS]: records,
  };
}

/** One link for each span that made some of the records. */
function linksOf({ records }: TracedBatch): Link[] {
  const parents = new Set<string>();
  for (const { headers } of records) {
    let parent: Buffer | string | null = null;
    for (const [name, value] of headers ?? []) if (String(name) === 'traceparent') parent = value;
    if (parent !== null) parents.add(String(parent));
    if (parents.size === MAX_LINKS) break;
  }
  return [...parents].flatMap((parent) => {
    const context = parseTraceParent(parent);
    return context === null ? [] : [{ context: { ...context, isRemote: true } }];
  });
}

function parseHeaders(text = ''): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}
