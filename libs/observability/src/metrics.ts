import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { heapLimit } from './heap-limit.ts';
import type { Metric, MetricDefinition, MetricLabels, MetricSet } from './define-metrics.ts';
import { PROCESS_METRICS } from './process-metrics.ts';

type Family = Counter | Gauge | Histogram;
type FamilyType<F extends Family> = new (options: FamilyOptions) => F;
type CounterMetric = Metric & { readonly kind: 'counter' };
type GaugeMetric = Metric & { readonly kind: 'gauge' };
type HistogramMetric = Metric & { readonly kind: 'histogram' };

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

/** What one part shows of a gauge. */
interface Share {
  samples: readonly {
    readonly labels: Readonly<Record<string, string | number>>;
    readonly value: number;
  }[];
}

/** One value of a gauge family. */
export interface MetricSample<M extends Metric> {
  readonly labels: MetricLabels<M>;
  readonly value: number;
}

/**
 * The process's metrics. A family is registered when a part exposes it or first uses it, so that a scrape shows what
 * the service has and nothing else. Cheap, but not free: use it once per batch, never per record.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #families = new Map<Metric, Family>();
  readonly #shares = new Map<Metric, Set<Share>>();
  readonly #refreshers: (() => void | Promise<void>)[] = [];
  readonly #prefix: string;

  /** @param prefix of all names but those of Node and the process, which are prom-client's */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  /** The value of the `content-type` header that goes with `render()`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /**
   * Registers families before their first use. Counters whose labels are all closed sets start at 0 in every
   * combination: `rate()` misses the first increment of a series that was not there.
   */
  expose(...sets: readonly MetricSet[]): void {
    for (const metric of sets.flatMap((set) => Object.values(set))) {
      this.#family(metric, FAMILY_TYPES[metric.kind]);
    }
  }

  /** Adds `by` (0 or more) to a counter. */
  increment<M extends CounterMetric>(metric: M, labels: MetricLabels<M>, by = 1): void {
    this.#family(metric, Counter).inc(labels, by);
  }

  /** Sets one value of a gauge. */
  set<M extends GaugeMetric>(metric: M, labels: MetricLabels<M>, value: number): void {
    this.#family(metric, Gauge).set(labels, value);
  }

  /** Replaces all values of a gauge: partitions lost and values no longer among the top ones vanish. */
  setAll<M extends GaugeMetric>(metric: M, samples: readonly MetricSample<M>[]): void {
    const gauge = this.#family(metric, Gauge);
    gauge.reset();
    for (const { labels, value } of samples) gauge.set(labels, value);
  }

  /**
   * Joins the parts that show one gauge, as two consumers in one process do: of a series that
   * several of them show, a scrape has the sum.
   *
   * @returns what replaces all values of this part
   */
  share<M extends GaugeMetric>(metric: M): (samples: readonly MetricSample<M>[]) => void {
    const shares = this.#shares.get(metric) ?? new Set();
    this.#shares.set(metric, shares);
    const own: Share = { samples: [] };
    shares.add(own);
    return (samples) => {
      own.samples = samples;
      const gauge = this.#family(metric, Gauge);
      gauge.reset();
      for (const { labels, value } of [...shares].flatMap((share) => share.samples)) {
        gauge.inc(labels, value);
      }
    };
  }

  /** Adds one observation, in the metric's unit, to a histogram. */
  observe<M extends HistogramMetric>(metric: M, labels: MetricLabels<M>, value: number): void {
    this.#family(metric, Histogram).observe(labels, value);
  }

  /** Registers what to run before each scrape, to bring gauges up to date. Must not wait for the broker. */
  onScrape(refresh: () => void | Promise<void>): void {
    this.#refreshers.push(refresh);
  }

  /** Adds the process's own metrics: CPU, memory and its limit, garbage collection, event loop lag. */
  collectProcessMetrics(): void {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    this.set(PROCESS_METRICS.heap_limit_bytes, {}, heapLimit());
  }

  /** @returns all metrics in the Prometheus text format 0.0.4 */
  async render(): Promise<string> {
    for (const refresh of this.#refreshers) await refresh();
    return this.#registry.metrics();
  }

  #family<F extends Family>(metric: Metric, type: FamilyType<F>): F {
    const known = this.#families.get(metric);
    if (known instanceof type) return known;
    const { name, help, labels = {}, buckets } = metric;
    const family = new type({
      name: this.#prefix + name,
      help,
      labelNames: Object.keys(labels),
      registers: [this.#registry],
      ...(buckets && { buckets: [...buckets] }),
    });
    if (family instanceof Counter) startAtZero(family, labels);
    this.#families.set(metric, family);
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
