import { GENERATOR_METRICS } from '@login-pipeline/data-generator/metrics';
import { CONSUMER_METRICS, TRANSFORM_METRICS } from '@login-pipeline/nest-streams/metrics';
import type { Metric } from '@login-pipeline/observability';
import { METRIC_PREFIX } from '@login-pipeline/schema';
import type { ServiceName, ServicePorts } from './services.ts';

const TIMEOUT_MS = 2_000;

/** What the aggregator's `GET /insights` answers, as far as the live view shows it. */
export interface Insights {
  readonly complete: boolean;
  readonly total: number;
  readonly deviceTypes: Readonly<Record<string, number>>;
  readonly appVersions: Readonly<Record<string, number>>;
  readonly locales: Readonly<Record<string, number>>;
  readonly traffic: {
    readonly peaks: readonly { readonly minute: string; readonly count: number }[];
  };
  readonly expired: number;
  readonly invalid: number;
}

/** The pipeline's numbers at one moment. What a service has not told yet is undefined. */
export interface Sample {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly generated: { readonly good: number; readonly bad: number } | undefined;
  readonly transformed:
    | {
        readonly emitted: number;
        readonly dropped: number;
        readonly deadLettered: number;
        /** Records not yet read. */
        readonly lag: number;
      }
    | undefined;
  readonly aggregated: { readonly insights: Insights; readonly lag: number } | undefined;
}

/** Asks the services for their numbers, all at once; a service that does not answer is left out. */
export async function takeSample(ports: ServicePorts): Promise<Sample> {
  const get = async (service: ServiceName, path: string): Promise<string | undefined> => {
    try {
      const url = `http://127.0.0.1:${ports[service]}${path}`;
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      return response.ok ? await response.text() : undefined;
    } catch {
      return undefined;
    }
  };
  const [generator, transformer, aggregator, insights] = await Promise.all([
    get('data-generator', '/metrics'),
    get('transformer', '/metrics'),
    get('aggregator', '/metrics'),
    get('aggregator', '/insights'),
  ]);
  const outcome = (name: string) =>
    sumOfMetric(transformer ?? '', TRANSFORM_METRICS.records_total, { outcome: name });
  return {
    time: Date.now(),
    generated:
      generator === undefined
        ? undefined
        : {
            good: sumOfMetric(generator, GENERATOR_METRICS.generated_records_total, {
              kind: 'good',
            }),
            bad: sumOfMetric(generator, GENERATOR_METRICS.generated_records_total, { kind: 'bad' }),
          },
    transformed:
      transformer === undefined
        ? undefined
        : {
            emitted: outcome('emitted'),
            dropped: outcome('dropped'),
            deadLettered: outcome('dead_lettered'),
            lag: sumOfMetric(transformer, CONSUMER_METRICS.consumer_lag_records),
          },
    aggregated:
      aggregator === undefined || insights === undefined
        ? undefined
        : {
            insights: JSON.parse(insights) as Insights,
            lag: sumOfMetric(aggregator, CONSUMER_METRICS.consumer_lag_records),
          },
  };
}

/**
 * Adds up the series of a metric in the Prometheus text format that carry the given labels.
 *
 * @returns 0 when there is none
 */
export function sumOfMetric(
  text: string,
  { name }: Metric,
  labels: Readonly<Record<string, string>> = {},
): number {
  const series = METRIC_PREFIX + name;
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${series}{`) && !line.startsWith(`${series} `)) continue;
    if (!wanted.every((pair) => line.includes(pair))) continue;
    sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}
