import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aLogin } from '@login-pipeline/schema/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { hasBrowser, startBrowser } from './browser.ts';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { CountingProxy } from './counting-proxy.ts';
import { shows } from './page-view.ts';
import { aggregatorOf } from './restartable-aggregator.ts';
import type { Aggregator, Insights } from './restartable-aggregator.ts';
import { killServices } from './service.ts';
import { waitFor } from './wait-for.ts';

/** More than the six connections that a browser opens to a server that speaks HTTP/1.1. */
const TABS = 8;
const STREAM = '/insights/stream';
/** The time between two questions of the page. */
const FLOW_PERIOD_MS = 2_000;
const SHOWN_MS = 90_000;
const TEST_TIMEOUT_MS = 300_000;

(hasBrowser() ? describe : describe.skip)('the live page in many tabs', () => {
  let cluster: Cluster;
  let browser: Browser;
  let lane: Lane;
  let aggregator: Aggregator;
  let context: BrowserContext;
  let proxy: CountingProxy;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([Cluster.connect(), startBrowser()]);
    lane = await cluster.lane();
    aggregator = await aggregatorOf(lane);
    await logIn();
  }, TEST_TIMEOUT_MS);
  beforeEach(async () => {
    context = await browser.newContext();
    proxy = await CountingProxy.before(aggregator.url);
  });
  afterEach(async () => {
    await context.close();
    proxy.close();
  });
  afterAll(async () => {
    await browser.close();
    await killServices();
    await cluster.disconnect();
  });

  it(
    'follows with one connection for all of them, whichever is closed',
    async () => {
      const startMs = performance.now();
      const tabs = await Promise.all(Array.from({ length: TABS }, () => openTab()));
      await everyOneShows(tabs);
      for (const tab of tabs) {
        await waitFor('the peaks', async () => (await tab.locator('.peaks td').count()) > 0);
      }
      expect(proxy.streams).toBe(1);

      await logIn();
      await everyOneShows(tabs);

      const [first, ...others] = tabs;
      await first?.close();
      await logIn();
      await everyOneShows(others);
      const late = await openTab();
      await everyOneShows([late, ...others]);
      expect(proxy.requests(STREAM)).toBe(1);
      const periods = (performance.now() - startMs) / FLOW_PERIOD_MS;
      expect(proxy.requests('/flow')).toBeLessThanOrEqual(1 + periods);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'shows a period in each of them, with the same one connection',
    async () => {
      const tabs = await Promise.all(periods().map((query) => openTab(query)));
      expect(tabs).toHaveLength(TABS);
      await eachShowsItsPeriod(tabs);
      for (const tab of tabs) {
        const last = tab.locator('.week table').or(tab.getByText('No logins in this period.'));
        await waitFor('all cards', () => last.isVisible(), SHOWN_MS);
      }
      await logIn();
      await eachShowsItsPeriod(tabs);
      expect(proxy.streams).toBe(1);
      expect(proxy.requests(STREAM)).toBe(1);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'asks for what is only drawn while one of them is seen',
    async () => {
      const tabs = [await openTab(), await openTab()];
      await everyOneShows(tabs);
      await hide(...tabs);
      await logIn();
      await everyOneShows(tabs);
      const before = proxy.requests('/flow');
      await logIn();
      await everyOneShows(tabs);
      expect(proxy.requests('/flow')).toBe(before);
      await show(tabs[1]);
      await waitFor('a question', () => proxy.requests('/flow') > before);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'starts the worker anew that all tabs share when it has crashed',
    async () => {
      const tabs = [await openTab(), await openTab()];
      await everyOneShows(tabs);
      const devTools = await browser.newBrowserCDPSession();
      const { targetInfos } = await devTools.send('Target.getTargets');
      const [worker] = targetInfos.filter(({ type }) => type === 'shared_worker');
      await devTools.send('Target.closeTarget', { targetId: worker?.targetId ?? 'none' });
      await waitFor('the end of its stream', () => proxy.streams === 0);
      await waitFor('another stream', () => proxy.streams === 1);
      await logIn();
      await everyOneShows(tabs);
      expect(proxy.requests(STREAM)).toBe(2);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'gives the connection of a hidden tab back where a browser has no shared workers',
    async () => {
      await context.addInitScript('delete globalThis.SharedWorker');
      const tabs = [await openTab(), await openTab()];
      await everyOneShows(tabs);
      expect(proxy.streams).toBe(2);
      await hide(tabs[0]);
      await waitFor('one stream', () => proxy.streams === 1);
      await logIn();
      await show(tabs[0]);
      await everyOneShows(tabs);
      expect(proxy.streams).toBe(2);
    },
    TEST_TIMEOUT_MS,
  );

  async function openTab(query = ''): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${proxy.url}/${query}`);
    return page;
  }

  async function eachShowsItsPeriod(tabs: readonly Page[]): Promise<void> {
    for (const tab of tabs) {
      const { search } = new URL(tab.url());
      const { total } = await aggregator.get<Insights>(`/insights${search}`);
      if (total > 0) await shows(tab, total, SHOWN_MS);
    }
  }

  async function everyOneShows(tabs: readonly Page[]): Promise<void> {
    const total = await aggregator.total();
    // One after another: eight that are asked at once keep a busy machine from showing anything.
    for (const tab of tabs) await shows(tab, total, SHOWN_MS);
  }

  /** One more login, counted. */
  async function logIn(): Promise<void> {
    const before = await aggregator.total();
    const login = aLogin({ user_id: randomUUID(), timestamp: Date.now(), processed: true });
    const value = Buffer.from(JSON.stringify(login));
    const timestamp = String(login.timestamp);
    await cluster.produce(lane.output, [
      { partition: 0, key: null, value, headers: {}, timestamp },
    ]);
    await waitFor('the login to be counted', async () => (await aggregator.total()) > before);
  }
});

/** As many different ones as there are tabs. The two days before today have no logins. */
function periods(): readonly string[] {
  const days = [0, 1, 2].map((ago) => new Date(Date.now() - ago * 86_400_000).toISOString());
  const lasts = ['1h', '24h', '7d', '30d'].map((last) => `?last=${last}`);
  return ['', ...lasts, ...days.map((day) => `?day=${day.slice(0, 10)}`)];
}

/** A browser without a window calls every tab visible. */
async function hide(...tabs: readonly (Page | undefined)[]): Promise<void> {
  await Promise.all(tabs.map((tab) => setHidden(tab, true)));
}

async function show(...tabs: readonly (Page | undefined)[]): Promise<void> {
  await Promise.all(tabs.map((tab) => setHidden(tab, false)));
}

async function setHidden(tab: Page | undefined, hidden: boolean): Promise<void> {
  await tab?.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${String(hidden)} });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}
