import type { MetricDefinition } from '@login-pipeline/observability';
import { EXPORTER_METRICS } from './exporter/metrics.ts';
import { metricName, SERVICE_METRICS } from './service-metrics.ts';

/** Metrics of the process itself, by prom-client, that rules or dashboards use. */
export const PROCESS_METRICS = {
  process_cpu_seconds_total: 'CPU time, user and system',
  process_start_time_seconds: 'When the process started, Unix time',
  process_resident_memory_bytes: 'Memory of the process',
  nodejs_eventloop_lag_p99_seconds:
    'Delay of the event loop since the last scrape, 99th percentile',
  nodejs_heap_space_size_used_bytes:
    'JavaScript heap in use, by space: `new` ones hold young objects',
  nodejs_external_memory_bytes: 'Memory outside the heap that belongs to JavaScript objects',
  nodejs_gc_duration_seconds_sum: 'Time spent on garbage collection, by kind',
} as const;

/** @returns docs/metrics.md */
export function metricsPage(): string {
  return [
    '# Metrics',
    '',
    'Every service shows its metrics on `GET /metrics`, in the text format of Prometheus. This page is made from their',
    'declarations (`defineMetrics`, beside the code that shows them) by `npm run generate`; a test fails',
    'when it is out of date. Names and labels are part of the public contract. No label holds personal data, and every label has',
    'a bound: few values, whatever the logins hold.',
    '',
    'All series of the services are there from the start of a process, so that a first increase is an increase. Series per',
    'process stay below 300 with four partitions.',
    '',
    '## Of the services',
    '',
    ...table(
      ['Name', 'Kind', 'Unit', 'Labels', 'Meaning', 'Shown by'],
      SERVICE_METRICS.map(({ metric, by }) => [
        code(metricName(metric)),
        metric.kind,
        metric.unit,
        labelText(metric.labels),
        metric.help,
        by.length === 3 ? 'every service' : by.join(', '),
      ]),
    ),
    '',
    '## Of the process',
    '',
    "prom-client's own; more than these are there.",
    '',
    ...table(
      ['Name', 'Meaning'],
      Object.entries(PROCESS_METRICS).map(([name, help]) => [code(name), help]),
    ),
    '',
    '## Of Kafka Exporter',
    '',
    'Groups and brokers are watched by `danielqsj/kafka-exporter`. Where its image is not to be had, `node apps/monitoring/src/exporter/main.ts` shows',
    'the same names.',
    '',
    ...table(
      ['Name', 'Meaning'],
      Object.entries(EXPORTER_METRICS).map(([name, { help }]) => [code(name), help]),
    ),
    '',
  ].join('\n');
}

function labelText(labels: MetricDefinition['labels'] = {}): string {
  return Object.entries(labels)
    .map(([label, values]) => {
      const bound = typeof values === 'string' ? values : values.map(code).join(', ');
      return `${code(label)}: ${bound}`;
    })
    .join('; ');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function code(text: string): string {
  return `\`${text}\``;
}
