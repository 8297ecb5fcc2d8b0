/** One metric family: names and units follow https://prometheus.io/docs/practices/naming. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly unit:
    'records' | 'seconds' | 'bytes' | 'timestamp' | 'events' | 'partitions' | 'users' | 'info';
  readonly help: string;
  /** Label names, each with the closed set of its values, or with what bounds them. */
  readonly labels?: Readonly<Record<string, readonly string[] | string>>;
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

/** A family under its name, which has no prefix: that is the service's. */
export interface Metric extends MetricDefinition {
  readonly name: string;
}

/** The metrics of one part of a service, by their names. */
export type MetricSet = Readonly<Record<string, Metric>>;

/** The labels that a metric must be given, all of them; `{}` when it has none. */
export type MetricLabels<M extends Metric> = M extends { readonly labels: infer L }
  ? { readonly [K in keyof L]: L[K] extends readonly (infer V)[] ? V : string | number }
  : Readonly<Record<string, never>>;

/** Declares metrics by their names, beside the code that shows them. No label may ever hold personal data. */
export function defineMetrics<const Definitions extends Readonly<Record<string, MetricDefinition>>>(
  definitions: Definitions,
): { readonly [N in keyof Definitions & string]: Definitions[N] & { readonly name: N } } {
  const named = Object.entries(definitions).map(([name, definition]) => [
    name,
    { ...definition, name },
  ]);
  return Object.fromEntries(named) as {
    readonly [N in keyof Definitions & string]: Definitions[N] & { readonly name: N };
  };
}
