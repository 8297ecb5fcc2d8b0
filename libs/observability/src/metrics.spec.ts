import { describe, expect, it } from '@jest/globals';
import { METRIC_CATALOGUE, metricName, metricsOf } from './catalogue.ts';
import type { MetricDefinition, MetricName } from './catalogue.ts';
import { Metrics } from './metrics.ts';

const CATALOGUE: readonly [MetricName, MetricDefinition][] = Object.entries(METRIC_CATALOGUE).map(
  ([name, definition]) => [name as MetricName, definition],
);

/** @returns the scraped samples, without help and type lines */
async function scrape(metrics: Metrics): Promise<readonly string[]> {
  return (await metrics.render())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('The catalogue', () => {
  it.each(CATALOGUE)(
    '%s follows the naming rules of Prometheus',
    (name, { kind, help, labels, buckets }) => {
      expect(metricName(name)).toMatch(/^login_pipeline_[a-z][a-z_]*[a-z]$/);
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      expect(buckets !== undefined).toBe(kind === 'histogram');
      expect(buckets).toEqual(buckets && [...buckets].sort((a, b) => a - b));
      expect(help).toMatch(/^[A-Z0-9].*[^.]$/);
      for (const label of Object.keys(labels ?? {})) {
        expect(label).toMatch(/^[a-z_]+$/);
        expect(['user_id', 'ip', 'le']).not.toContain(label);
      }
    },
  );

  it.each(CATALOGUE)('%s names its unit', (name, { unit }) => {
    const base = name.replace(/_total$/, '');
    expect(base.endsWith('_seconds')).toBe(unit === 'seconds' || unit === 'timestamp');
    expect(base.endsWith('_timestamp_seconds')).toBe(unit === 'timestamp');
    expect(base.endsWith('_bytes')).toBe(unit === 'bytes');
  });

  it.each(CATALOGUE)('%s bounds its labels', (_, { labels = {} }) => {
    for (const values of Object.values(labels)) {
      const bound = typeof values === 'string' ? values : values.join();
      expect(bound).not.toBe('');
    }
  });

  it('says which service shows what', () => {
    const shown = ['transformer', 'aggregator', 'data-generator'].flatMap(metricsOf);
    expect(new Set(shown)).toEqual(new Set(CATALOGUE.map(([name]) => name)));
    expect(metricsOf('data-generator')).toContain('generated_records_total');
    expect(metricsOf('data-generator')).not.toContain('records_total');
    expect(metricsOf('no service')).toEqual([]);
  });
});

describe('Metrics', () => {
  it('are not scraped before a part exposes or uses them', async () => {
    expect(await scrape(new Metrics())).toEqual([]);
  });

  it('that are exposed start at 0 for every value of closed labels', async () => {
    const metrics = new Metrics();
    metrics.expose('records_total', 'dead_letters_total', 'consumer_rebalances_total');
    expect(await scrape(metrics)).toEqual([
      'login_pipeline_records_total{outcome="emitted"} 0',
      'login_pipeline_records_total{outcome="dropped"} 0',
      'login_pipeline_records_total{outcome="dead_lettered"} 0',
      'login_pipeline_consumer_rebalances_total 0',
    ]);
  });

  it('count', async () => {
    const metrics = new Metrics();
    metrics.increment('dead_letters_total', { reason: 'invalid_ip' });
    metrics.increment('dead_letters_total', { reason: 'invalid_ip' }, 4);
    expect(await scrape(metrics)).toEqual([
      'login_pipeline_dead_letters_total{reason="invalid_ip"} 5',
    ]);
  });

  it('are set', async () => {
    const metrics = new Metrics();
    metrics.set('insights_peak_logins_per_minute', {}, 7);
    metrics.set('insights_peak_logins_per_minute', {}, 9);
    expect(await scrape(metrics)).toEqual(['login_pipeline_insights_peak_logins_per_minute 9']);
  });

  it('are replaced as a family, so that lost partitions vanish', async () => {
    const metrics = new Metrics();
    metrics.setAll('consumer_lag_records', [
      { labels: { topic: 't', partition: 0 }, value: 5 },
      { labels: { topic: 't', partition: 1 }, value: 6 },
    ]);
    metrics.setAll('consumer_lag_records', [{ labels: { topic: 't', partition: 1 }, value: 7 }]);
    expect(await scrape(metrics)).toEqual([
      'login_pipeline_consumer_lag_records{topic="t",partition="1"} 7',
    ]);
  });

  it('are observed in the buckets of the catalogue', async () => {
    const metrics = new Metrics();
    metrics.observe('batch_records', {}, 60);
    const samples = await scrape(metrics);
    expect(samples).toContain('login_pipeline_batch_records_bucket{le="50"} 0');
    expect(samples).toContain('login_pipeline_batch_records_bucket{le="100"} 1');
    expect(samples).toContain('login_pipeline_batch_records_sum 60');
  });

  it('are brought up to date before each scrape', async () => {
    const metrics = new Metrics();
    let seen = 0;
    metrics.onScrape(async () => {
      await Promise.resolve();
      metrics.set('consumer_assigned_partitions', {}, ++seen);
    });
    expect(await scrape(metrics)).toEqual(['login_pipeline_consumer_assigned_partitions 1']);
    expect(await scrape(metrics)).toEqual(['login_pipeline_consumer_assigned_partitions 2']);
  });

  it('include the process’s own on request', async () => {
    const metrics = new Metrics();
    metrics.collectProcessMetrics();
    const samples = await scrape(metrics);
    expect(samples.some((line) => line.startsWith('nodejs_eventloop_lag_p99_seconds '))).toBe(true);
    expect(samples.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true);
    expect(samples.some((line) => line.startsWith('login_pipeline_heap_limit_bytes '))).toBe(true);
  });

  it('take only the names, kinds and labels of the catalogue', () => {
    const metrics = new Metrics();
    // @ts-expect-error a gauge does not count
    metrics.increment.bind(metrics, 'batch_records');
    // @ts-expect-error an outcome that is not in the closed set
    metrics.increment.bind(metrics, 'records_total', { outcome: 'lost' });
    // @ts-expect-error a label that is missing
    metrics.set.bind(metrics, 'consumer_lag_records', { topic: 't' }, 1);
    // @ts-expect-error a label that the metric does not have
    metrics.set.bind(metrics, 'insights_complete', { topic: 't' }, 1);
    expect(metrics.contentType).toMatch(/^text\/plain/);
  });
});
