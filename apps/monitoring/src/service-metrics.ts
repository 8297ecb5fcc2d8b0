import { METRICS as AGGREGATOR } from '@login-pipeline/aggregator/metrics';
import { METRICS as DATA_GENERATOR } from '@login-pipeline/data-generator/metrics';
import type { Metric, MetricSet } from '@login-pipeline/observability';
import { METRIC_PREFIX } from '@login-pipeline/schema';
import { METRICS as TRANSFORMER } from '@login-pipeline/transformer/metrics';

const SERVICES: Readonly<Record<string, readonly MetricSet[]>> = {
  transformer: TRANSFORMER,
  aggregator: AGGREGATOR,
  'data-generator': DATA_GENERATOR,
};

/** A metric of the services, and which of them show it. */
export interface ServiceMetric {
  readonly metric: Metric;
  readonly by: readonly string[];
}

/** Every metric of the services, once. */
export const SERVICE_METRICS: readonly ServiceMetric[] = [
  ...new Set(Object.keys(SERVICES).flatMap(metricsOf)),
].map((metric) => ({
  metric,
  by: Object.keys(SERVICES).filter((service) => metricsOf(service).includes(metric)),
}));

/** @returns the metrics that a service shows from its start on; none where there is no such service */
export function metricsOf(service: string): readonly Metric[] {
  return (SERVICES[service] ?? []).flatMap((set) => Object.values(set));
}

/** @returns the name as scraped */
export function metricName({ name }: Metric): string {
  return METRIC_PREFIX + name;
}
