import { describe, expect, it } from '@jest/globals';
import { defineMetrics } from './define-metrics.ts';
import { Metrics } from './metrics.ts';

const SHOP = defineMetrics({
  orders_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Orders by their outcome',
    labels: { outcome: ['shipped', 'lost'] },
  },
  refusals_total: {
    kind: 'counter',
    unit: 'events',
    help: 'Refusals by their reason',
    labels: { reason: 'the reasons' },
  },
  returns_total: { kind: 'counter', unit: 'events', help: 'Returns' },
  stock_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'Items by shelf',
    labels: { room: 'the rooms', shelf: 'the shelves' },
  },
  open_partitions: { kind: 'gauge', unit: 'partitions', help: 'Open ones' },
  order_items: { kind: 'histogram', unit: 'records', help: 'Items', buckets: [10, 50, 100] },
});

/** @returns the scraped samples, without help and type lines */
async function scrape(metrics: Metrics): Promise<readonly string[]> {
  return (await metrics.render())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('Metrics', () => {
  it('are not scraped before a part exposes or uses them', async () => {
    expect(await scrape(new Metrics())).toEqual([]);
  });

  it('that are exposed start at 0 for every value of closed labels', async () => {
    const metrics = new Metrics();
    metrics.expose({
      orders: SHOP.orders_total,
      refusals: SHOP.refusals_total,
      returns: SHOP.returns_total,
    });
    expect(await scrape(metrics)).toEqual([
      'orders_total{outcome="shipped"} 0',
      'orders_total{outcome="lost"} 0',
      'returns_total 0',
    ]);
  });

  it('count', async () => {
    const metrics = new Metrics();
    metrics.increment(SHOP.refusals_total, { reason: 'broken' });
    metrics.increment(SHOP.refusals_total, { reason: 'broken' }, 4);
    expect(await scrape(metrics)).toEqual(['refusals_total{reason="broken"} 5']);
  });

  it('are set', async () => {
    const metrics = new Metrics();
    metrics.set(SHOP.open_partitions, {}, 7);
    metrics.set(SHOP.open_partitions, {}, 9);
    expect(await scrape(metrics)).toEqual(['open_partitions 9']);
  });

  it('are replaced as a family, so that lost partitions vanish', async () => {
    const metrics = new Metrics();
    metrics.setAll(SHOP.stock_records, [
      { labels: { room: 'a', shelf: 0 }, value: 5 },
      { labels: { room: 'a', shelf: 1 }, value: 6 },
    ]);
    metrics.setAll(SHOP.stock_records, [{ labels: { room: 'a', shelf: 1 }, value: 7 }]);
    expect(await scrape(metrics)).toEqual(['stock_records{room="a",shelf="1"} 7']);
  });

  it('are shared by several parts: a series of more than one is their sum', async () => {
    const metrics = new Metrics();
    const [stock, otherStock] = [
      metrics.share(SHOP.stock_records),
      metrics.share(SHOP.stock_records),
    ];
    const [open, otherOpen] = [
      metrics.share(SHOP.open_partitions),
      metrics.share(SHOP.open_partitions),
    ];
    stock([{ labels: { room: 'a', shelf: 0 }, value: 5 }]);
    otherStock([{ labels: { room: 'b', shelf: 0 }, value: 6 }]);
    open([{ labels: {}, value: 2 }]);
    otherOpen([{ labels: {}, value: 3 }]);
    stock([]);
    expect(await scrape(metrics)).toEqual([
      'stock_records{room="b",shelf="0"} 6',
      'open_partitions 5',
    ]);
  });

  it('are observed in the buckets of their declaration', async () => {
    const metrics = new Metrics();
    metrics.observe(SHOP.order_items, {}, 60);
    const samples = await scrape(metrics);
    expect(samples).toContain('order_items_bucket{le="50"} 0');
    expect(samples).toContain('order_items_bucket{le="100"} 1');
    expect(samples).toContain('order_items_sum 60');
  });

  it('are brought up to date before each scrape', async () => {
    const metrics = new Metrics();
    let seen = 0;
    metrics.onScrape(async () => {
      await Promise.resolve();
      metrics.set(SHOP.open_partitions, {}, ++seen);
    });
    expect(await scrape(metrics)).toEqual(['open_partitions 1']);
    expect(await scrape(metrics)).toEqual(['open_partitions 2']);
  });

  it('include the process’s own on request', async () => {
    const metrics = new Metrics('shop_');
    metrics.collectProcessMetrics();
    const samples = await scrape(metrics);
    expect(samples.some((line) => line.startsWith('nodejs_eventloop_lag_p99_seconds '))).toBe(true);
    expect(samples.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true);
    expect(samples.some((line) => line.startsWith('shop_heap_limit_bytes '))).toBe(true);
  });

  it('take only the kinds and labels that are declared', () => {
    const metrics = new Metrics();
    const wrong = [
      () => {
        // @ts-expect-error a gauge does not count
        metrics.increment(SHOP.open_partitions, {});
      },
      () => {
        // @ts-expect-error an outcome that is not in the closed set
        metrics.increment(SHOP.orders_total, { outcome: 'eaten' });
      },
      () => {
        // @ts-expect-error a label that is missing
        metrics.set(SHOP.stock_records, { room: 'a' }, 1);
      },
      () => {
        // @ts-expect-error a label that the metric does not have
        metrics.set(SHOP.open_partitions, { room: 'a' }, 1);
      },
    ];
    expect(wrong).toHaveLength(4);
    expect(metrics.contentType).toMatch(/^text\/plain/);
  });

  it('of one name are refused', () => {
    const metrics = new Metrics();
    metrics.expose(SHOP);
    const { returns_total } = defineMetrics({ returns_total: SHOP.returns_total });
    expect(() => {
      metrics.increment(returns_total, {});
    }).toThrow('already been registered');
  });
});
