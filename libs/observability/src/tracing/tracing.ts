import type { Logger } from '../logger.ts';

/** Where spans go. */
export interface TracesSettings {
  /** `none`: no spans are made, and OpenTelemetry is not even loaded. */
  readonly exporter: 'none' | 'otlp';
  /** Address of a collector that takes OTLP over HTTP; spans go to `/v1/traces` below it. */
  readonly endpoint: string;
  /** Headers of each request to the collector: `name=value`, separated by commas. */
  readonly headers: string | undefined;
  /** Share of the batches that are traced, 0 to 1. */
  readonly ratio: number;
}

/** What a span tells about a batch. */
export interface TracedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly groupId: string;
  readonly records: Iterable<{ readonly headers?: RecordHeaders | undefined }> & {
    readonly length: number;
  };
}

/** Names and values in order. */
type RecordHeaders = Iterable<readonly [name: Buffer | string, value: Buffer | string | null]>;

/**
 * Spans by OpenTelemetry's conventions for messaging: one per batch, whose links lead to the spans
 * that made its records (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans). No
 * attribute holds personal data.
 */
export interface Tracing {
  /** Does the work on a batch in a span; the span ends, and fails, as the work does. */
  process<T>(batch: TracedBatch, work: () => Promise<T>): Promise<T>;
  /** Sends records in a span. The work is given the headers that they need to be followed by (W3C Trace Context). */
  send<T>(
    topic: string,
    records: number,
    work: (headers: readonly (readonly [name: string, value: string])[]) => Promise<T>,
  ): Promise<T>;
  /** Delivers what has not been delivered. */
  shutdown(): Promise<void>;
}

/** @returns undefined when traces are off: then there is nothing that could cost anything */
export async function startTracing(
  service: { readonly name: string; readonly version: string },
  settings: TracesSettings | undefined,
  logger: Logger,
): Promise<Tracing | undefined> {
  if (settings === undefined || settings.exporter === 'none') return undefined;
  const { OtlpTracing } = await import('./otlp-tracing.ts');
  return new OtlpTracing(service, settings, logger);
}
