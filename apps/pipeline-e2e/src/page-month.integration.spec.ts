import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { hasBrowser, startBrowser, watch } from './browser.ts';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { CountingProxy } from './counting-proxy.ts';
import { loginAt, monthOfLogins } from './month-of-logins.ts';
import { axeFaults, picture, showsAllOf } from './page-view.ts';
import { aggregatorOf } from './restartable-aggregator.ts';
import type { Aggregator, Insights } from './restartable-aggregator.ts';
import { killServices } from './service.ts';
import { waitFor } from './wait-for.ts';

const MAX_BYTES = 150_000;
const DAY_MS = 86_400_000;
const PARTITIONS = 4;
const SCREEN = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };

const PERIODS: readonly (readonly [name: string, query: string])[] = [
  ['all', ''],
  ...['1h', '24h', '7d', '30d'].map((last) => [last, `?last=${last}`] as const),
  ['day', `?day=${new Date(Date.now() - 9 * DAY_MS).toISOString().slice(0, 10)}`],
];

(hasBrowser() ? describe : describe.skip)('the live page with a month of logins', () => {
  let cluster: Cluster;
  let browser: Browser;
  let aggregator: Aggregator;
  let lane: Lane;
  let produced: number;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([Cluster.connect(), startBrowser()]);
    lane = await cluster.lane({ partitions: PARTITIONS });
    const logins = monthOfLogins(Date.now(), PARTITIONS);
    await cluster.produce(lane.output, logins);
    aggregator = await aggregatorOf(lane);
    produced = logins.length;
    await allCounted();
  });
  // The running hour is a period, too, and may have begun since the last test.
  beforeEach(async () => {
    await cluster.produce(lane.output, [loginAt(Date.now(), PARTITIONS)]);
    produced += 1;
    await allCounted();
  });
  afterAll(async () => {
    await browser.close();
    await killServices();
    await cluster.disconnect();
  });

  it.each(PERIODS)('shows %s in few bytes, without a complaint', async (_name, query) => {
    const context = await browser.newContext({ viewport: SCREEN });
    const page = await context.newPage();
    const watched = watch(page);
    const wire = await CountingProxy.before(aggregator.url);
    await page.goto(`${wire.url}/${query}`);
    const { total } = await aggregator.get<Insights>(`/insights${query}`);
    await showsAllOf(page, total);
    expect(wire.bytes).toBeGreaterThan(10_000);
    expect(wire.bytes).toBeLessThan(MAX_BYTES);
    expect(watched.complaints).toEqual([]);
    await context.close();
    wire.close();
  });

  it.each([
    ['light', 'screen', SCREEN, PERIODS],
    ['dark', 'screen', SCREEN, PERIODS],
    // The parts are the same there, in one column.
    ['light', 'phone', PHONE, PERIODS.slice(-2)],
    ['dark', 'phone', PHONE, PERIODS.slice(-2)],
  ] as const)(
    'has no fault that axe finds: %s, on a %s',
    async (colorScheme, _name, viewport, periods) => {
      const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' });
      const page = await context.newPage();
      for (const [name, query] of periods) {
        await page.goto(`${aggregator.url}/${query}`);
        const { total } = await aggregator.get<Insights>(`/insights${query}`);
        await showsAllOf(page, total);
        await picture(page, `${name}-${colorScheme}-${viewport.width}`);
        expect(await axeFaults(page)).toEqual([]);
      }
      await context.close();
    },
  );

  it('ends its columns alike', async () => {
    const page = await browser.newPage({ viewport: SCREEN });
    for (const [, query] of PERIODS) {
      await page.goto(`${aggregator.url}/${query}`);
      const { total } = await aggregator.get<Insights>(`/insights${query}`);
      await showsAllOf(page, total);
      const ends = await page.evaluate<readonly number[]>(
        `[...document.querySelectorAll('.column > :last-child')].map((card) => Math.round(card.getBoundingClientRect().bottom))`,
      );
      expect(ends).toHaveLength(2);
      expect(new Set(ends).size).toBe(1);
    }
    await page.close();
  });

  async function allCounted(): Promise<void> {
    await waitFor('the logins to be counted', async () => (await aggregator.total()) === produced);
  }
});
