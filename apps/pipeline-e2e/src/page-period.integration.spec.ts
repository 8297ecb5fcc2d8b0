import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, startBrowser, watch } from './browser.ts';
import type { Watched } from './browser.ts';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { choosePeriod, numberIn, rows, shows, showsPeriod } from './page-view.ts';
import { aggregatorOf } from './restartable-aggregator.ts';
import type { Aggregator, Insights } from './restartable-aggregator.ts';
import { killServices, Service } from './service.ts';
import { waitFor } from './wait-for.ts';

const LOGINS = 2_000;
const DAY_MS = 86_400_000;

interface WeekHours {
  readonly hours: readonly {
    readonly weekday: number;
    readonly hour: number;
    readonly count: number;
  }[];
}

(hasBrowser() ? describe : describe.skip)('the period of the live page', () => {
  let cluster: Cluster;
  let browser: Browser;
  let lane: Lane;
  let aggregator: Aggregator;
  let page: Page;
  let watched: Watched;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([Cluster.connect(), startBrowser()]);
    lane = await cluster.lane();
    await Service.start('transformer', { ...lane.settings, FILTER_APP_VERSIONS: '*' });
    aggregator = await aggregatorOf(lane);
    const generator = await Service.start('data-generator', {
      OUTPUT_TOPIC: lane.input,
      RATE: '0',
      COUNT: String(LOGINS),
      SEED: '1',
    });
    expect(await generator.ended).toBe(0);
    await waitFor('the logins to be counted', async () => (await aggregator.total()) >= LOGINS);
  });
  beforeEach(async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
    watched = watch(page);
  });
  afterEach(async () => {
    expect(watched.complaints).toEqual([]);
    await page.context().close();
  });
  afterAll(async () => {
    await browser.close();
    await killServices();
    await cluster.disconnect();
  });

  it('is followed by all cards and by the address, and is kept by a reload', async () => {
    await page.goto(aggregator.url);
    await shows(page, await aggregator.total());
    await choosePeriod(page, 'Last 7 days');
    await showsThePeriod('?last=7d');
    expect(await page.textContent('#traffic-title')).toBe('Logins per hour');

    await page.reload();
    await showsPeriod(page, 'Last 7 days');
    await showsThePeriod('?last=7d');
    expect(await page.getByRole('radio', { name: 'Last 7 days' }).isChecked()).toBe(true);
  });

  it('is chosen by the keyboard, and gone back from', async () => {
    await page.goto(`${aggregator.url}/?last=24h`);
    await showsPeriod(page, 'Last 24 hours');
    await page.getByRole('radio', { name: 'Last 24 hours' }).press('ArrowRight');
    await showsPeriod(page, 'Last 7 days');
    await page.goBack();
    await showsPeriod(page, 'Last 24 hours');
    await showsThePeriod('?last=24h');
    await page.goForward();
    await showsPeriod(page, 'Last 7 days');
  });

  it('may be a day, by its date', async () => {
    await page.goto(aggregator.url);
    await page.getByRole('radio', { name: 'A day' }).check();
    const today = new Date().toISOString().slice(0, 10);
    await waitFor('the address', () => new URL(page.url()).search === `?day=${today}`);
    const lastYear = new Date(Date.now() - 365 * DAY_MS).toISOString().slice(0, 10);
    await page.locator('input[type=date]').fill(lastYear);
    await waitFor('the address', () => new URL(page.url()).search === `?day=${lastYear}`);
    await waitFor('an empty day', () => page.getByText('No logins in this period.').isVisible());
    await page.getByRole('button', { name: 'The day after' }).click();
    await page.goBack();
    expect(new URL(page.url()).search).toBe(`?day=${lastYear}`);
  });

  it('says from when to when it is, in UTC and in local time', async () => {
    await page.goto(`${aggregator.url}/?last=7d`);
    await showsPeriod(page, 'Last 7 days');
    const line = await page.textContent('.line');
    expect(line).toMatch(/\d+ \w+ \d{4}, \d\d:00 – now UTC/);
    expect(line).toMatch(/your time/);
  });

  it('has its logins by weekday and hour', async () => {
    await page.goto(`${aggregator.url}/?last=7d`);
    await showsPeriod(page, 'Last 7 days');
    const cells = page.locator('.week').getByRole('gridcell');
    await waitFor('all hours of a week', async () => (await cells.count()) === 168);
    const { hours } = await aggregator.get<WeekHours>('/insights/week-hours?last=7d');
    // In the first minute of an hour, the period lacks that hour of a week ago, and has nothing of today's yet.
    const shown = (await cells.allTextContents()).map((text) =>
      text === 'not in the period' ? 0 : Number(text.replaceAll(',', '')),
    );
    expect(shown).toEqual(hours.map(({ count }) => count));
  });

  it.each([
    ['Device types', 'device-types', '/insights/device-types?last=7d'],
    ['Locales', 'locales', '/insights/locales?last=7d'],
    ['Logins per hour', 'traffic', '/insights/traffic?last=7d&resolution=hour'],
    ['Hours of the week', 'week-hours', '/insights/week-hours?last=7d'],
    ['Users', 'users', '/insights/users?last=7d'],
  ])('is saved as CSV: %s', async (card, insight, path) => {
    await page.goto(`${aggregator.url}/?last=7d`);
    await showsPeriod(page, 'Last 7 days');
    const button = page.getByRole('button', { name: `Save ${card} as CSV` });
    const [download] = await Promise.all([page.waitForEvent('download'), button.press('Enter')]);
    expect(download.suggestedFilename()).toBe(`logins-${insight}-7d.csv`);
    const response = await fetch(aggregator.url + path, { headers: { accept: 'text/csv' } });
    expect(await readFile(await download.path(), 'utf8')).toBe(await response.text());
  });

  /** The address names it, and the numbers are those that the service answers about it. */
  async function showsThePeriod(search: string): Promise<void> {
    expect(new URL(page.url()).search).toBe(search);
    const insights = await aggregator.get<Insights>(`/insights${search}`);
    expect(await numberIn(page, '[data-figure=total]')).toBe(insights.total);
    expect(await rows(page, '.devices')).toEqual(insights.deviceTypes);
    expect(insights.appVersions).toMatchObject(await rows(page, '.versions'));
    expect(insights.locales).toMatchObject(await rows(page, '.locales'));
    await waitFor('the other cards', async () => {
      const cards = ['.traffic .plot', '.week table', '.users .strip'];
      const counts = await Promise.all(cards.map((card) => page.locator(card).count()));
      return counts.every((count) => count === 1);
    });
  }
});
