export { defineMetrics } from './define-metrics.ts';
export type { Metric, MetricDefinition, MetricLabels, MetricSet } from './define-metrics.ts';
export { createLogger } from './logger.ts';
export type { Logger, LoggerOptions } from './logger.ts';
export { Metrics } from './metrics.ts';
export type { MetricSample } from './metrics.ts';
export { PROCESS_METRICS } from './process-metrics.ts';
export { startTracing } from './tracing/tracing.ts';
export type { TracedBatch, TracesSettings, Tracing } from './tracing/tracing.ts';
