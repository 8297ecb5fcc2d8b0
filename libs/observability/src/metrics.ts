import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { METRIC_CATALOGUE, metricName } from './catalogue.ts';
import { heapLimit } from './heap-limit.ts';
import type { MetricDefinition, MetricLabels, MetricName } from './catalogue.ts';

type Family = Counter | Gauge | Histogram;
type FamilyType<F extends Family> = new (options: FamilyOptions) => F;

interface FamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  registers: Registry[];
  buckets?: number[];
}

const FAMILY_TYPES: Readonly<Record<MetricDefinition['kind'], FamilyType<Family>>> = {
  counter: Counter,
  gauge: Gauge,
  histogram: Histogram,
};

/** Gauges of prom-client that are named like counters; what they hold is the sum of the family without the suffix. */
const MISNAMED = ['resources', 'handles', 'requests'].map((what) => `nodejs_active_${what}_total`);

/** One value of a gauge family. */
export interface MetricSample<N extends MetricName> {
  readonly labels: MetricLabels<N>;
  readonly value: number;
}

/**
 * The process's metrics. A family is registered when a part exposes it or first uses it, so that a scrape shows what
 * the service has and nothing else. Cheap, but not free: use it once per batch, never per record.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #families = new Map<MetricName, Family>();
  readonly #refreshers: (() => void | Promise<void>)[] = [];

  /** The value of the `content-type` header that goes with `render()`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /**
   * Registers families before their first use. Counters whose labels are all closed sets start at 0 in every
   * combination: `rate()` misses the first increment of a series that was not there.
   */
  expose(...names: readonly MetricName[]): void {
    for (const name of names) this.#family(name, FAMILY_TYPES[METRIC_CATALOGUE[name].kind]);
  }

  /** Adds `by` (0 or more) to a counter. */
  increment<N extends MetricName<'counter'>>(name: N, labels: MetricLabels<N>, by = 1): void {
    this.#family(name, Counter).inc(labels, by);
  }

  /** Sets one value of a gauge. */
  set<N extends MetricName<'gauge'>>(name: N, labels: MetricLabels<N>, value: number): void {
    this.#family(name, Gauge).set(labels, value);
  }

  /** Replaces all values of a gauge: partitions lost and values no longer among the top ones vanish. */
  setAll<N extends MetricName<'gauge'>>(name: N, samples: readonly MetricSample<N>[]): void {
    const gauge = this.#family(name, Gauge);
    gauge.reset();
    for (const { labels, value } of samples) gauge.set(labels, value);
  }

  /** Adds one observation, in the metric's unit, to a histogram. */
  observe<N extends MetricName<'histogram'>>(
    name: N,
    labels: MetricLabels<N>,
    value: number,
  ): void {
    this.#family(name, Histogram).observe(labels, value);
  }

  /** Registers what to run before each scrape, to bring gauges up to date. Must not wait for the broker. */
  onScrape(refresh: () => void | Promise<void>): void {
    this.#refreshers.push(refresh);
  }

  /** Adds the process's own metrics: CPU, memory and its limit, garbage collection, event loop lag. */
  collectProcessMetrics(): void {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    this.set('heap_limit_bytes', {}, heapLimit());
  }

  /** @returns all metrics in the Prometheus text format 0.0.4 */
  async render(): Promise<string> {
    for (const refresh of this.#refreshers) await refresh();
    return this.#registry.metrics();
  }

  #family<F extends Family>(name: MetricName, type: FamilyType<F>): F {
    const known = this.#families.get(name);
    if (known instanceof type) return known;
    const { help, labels = {}, buckets }: MetricDefinition = METRIC_CATALOGUE[name];
    const family = new type({
      name: metricName(name),
      help,
      labelNames: Object.keys(labels),
      registers: [this.#registry],
      ...(buckets && { buckets: [...buckets] }),
    });
    if (family instanceof Counter) startAtZero(family, labels);
    this.#families.set(name, family);
    return family;
  }
}

function startAtZero(counter: Counter, labels: NonNullable<MetricDefinition['labels']>): void {
  let combinations: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(labels)) {
    if (typeof values === 'string') return;
    combinations = combinations.flatMap((chosen) =>
      values.map((value) => ({ ...chosen, [label]: value })),
    );
  }
  for (const combination of combinations) counter.inc(combination, 0);
}
