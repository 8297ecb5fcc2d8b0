import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { hasBrowser, startBrowser, watch } from './browser.ts';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { CountingProxy } from './counting-proxy.ts';
import { axeFaults, numberIn, rows, shows, state } from './page-view.ts';
import { aggregatorOf } from './restartable-aggregator.ts';
import type { Aggregator, Insights } from './restartable-aggregator.ts';
import { killServices, Service } from './service.ts';
import { waitFor } from './wait-for.ts';

const LOGINS = 5_000;
const MAX_BYTES = 150_000;
/** The page calls itself stale after 20 s without a sign of life. */
const STALE_MS = 40_000;
const PHONE = { viewport: { width: 360, height: 740 } };

type Flow = Readonly<Record<'emitted' | 'dropped' | 'deadLettered' | 'lag', number>>;

(hasBrowser() ? describe : describe.skip)('the live page', () => {
  let cluster: Cluster;
  let browser: Browser;
  let lane: Lane;
  let full: Aggregator;
  let empty: Aggregator;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([Cluster.connect(), startBrowser()]);
    lane = await cluster.lane();
    const idle = await cluster.lane();
    await Service.start('transformer', { ...lane.settings, FILTER_APP_VERSIONS: '>=2.0.0' });
    [full, empty] = await Promise.all([aggregatorOf(lane), aggregatorOf(idle)]);
    await logIn(LOGINS, 1);
  });

  afterAll(async () => {
    await browser.close();
    await killServices();
    await cluster.disconnect();
  });

  it('shows what the service answers, in few bytes, and the browser has no complaint', async () => {
    const page = await newPage();
    const watched = watch(page);
    const wire = await CountingProxy.before(full.url);
    await page.goto(wire.url);
    await shows(page, await full.total());
    const flow = await full.get<Flow>('/flow');
    await waitFor(
      'the flow to be shown',
      async () => (await numberIn(page, '[data-flow=emitted]')) === flow.emitted,
    );

    const insights = await full.get<Insights>('/insights');
    expect(await rows(page, '.devices')).toEqual(insights.deviceTypes);
    expect(await rows(page, '.versions')).toEqual(insights.appVersions);
    expect(insights.locales).toMatchObject(await rows(page, '.locales'));
    for (const outcome of ['emitted', 'dropped', 'deadLettered', 'lag'] as const) {
      expect(await numberIn(page, `[data-flow=${outcome}]`)).toBe(flow[outcome]);
    }
    await waitFor('the peaks', async () => (await page.locator('.peaks td').count()) > 0);

    expect(wire.bytes).toBeGreaterThan(10_000);
    expect(wire.bytes).toBeLessThan(MAX_BYTES);
    expect([...watched.hosts]).toEqual([new URL(wire.url).host]);
    expect(watched.complaints).toEqual([]);
    await page.context().close();
    wire.close();
  });

  it('paints before its script and the first answers have come', async () => {
    const page = await newPage();
    const script = Promise.withResolvers<undefined>();
    await page.route(/\/main-[^/]+\.js$/, async (route) => {
      await script.promise;
      await route.continue();
    });
    await page.goto(full.url, { waitUntil: 'commit' });
    const paints = `performance.getEntriesByName('first-contentful-paint').length`;
    await waitFor('a paint', async () => (await page.evaluate<number>(paints)) === 1);
    expect(await page.textContent('main')).toBe('Connecting…');
    script.resolve(undefined);
    await shows(page, await full.total());
    await page.context().close();
  });

  it.each([
    ['light', 'screen', {}],
    ['dark', 'screen', {}],
    ['light', 'phone', PHONE],
    ['dark', 'phone', PHONE],
  ] as const)('has no fault that axe finds: %s, on a %s', async (colorScheme, _name, size) => {
    for (const url of [full.url, empty.url]) {
      const page = await newPage({ colorScheme, ...size });
      await page.goto(url);
      await waitFor('the numbers', () => page.locator('main h2').first().isVisible());
      await waitFor('the state', async () => (await state(page)) === 'Live');
      await waitFor(
        'the answers',
        async () => (await page.getByText('Not known yet.').count()) === 0,
      );
      expect(await axeFaults(page)).toEqual([]);
      await page.context().close();
    }
  });

  it('fits on a phone', async () => {
    const page = await newPage(PHONE);
    // The newest login may be of the day before: the generator fills full hours that are past.
    const { asOf } = await full.get<{ asOf: { time: string } }>('/insights');
    const day = asOf.time.slice(0, 10);
    for (const query of ['', '?last=7d', `?day=${day}`]) {
      await page.goto(`${full.url}/${query}`);
      await waitFor('the hours of the week', () => page.locator('.week table').isVisible());
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
    }
    await page.context().close();
  });

  it('says what to do while there are no logins', async () => {
    const page = await newPage();
    await page.goto(empty.url);
    await waitFor('the advice', async () =>
      (await page.textContent('main'))?.includes('No logins yet'),
    );
    await page.context().close();
  });

  it('remembers the theme that the visitor chose', async () => {
    const page = await newPage({ colorScheme: 'light' });
    await page.goto(full.url);
    const ground = 'getComputedStyle(document.body).backgroundColor';
    const light = await page.evaluate<string>(ground);
    await page.getByRole('button', { name: 'Use the dark theme' }).click();
    const dark = await page.evaluate<string>(ground);
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await page.evaluate<string>(ground)).toBe(dark);
    await page.context().close();
  });

  it('gives the logins of every minute to the keyboard', async () => {
    const page = await newPage();
    await page.goto(full.url);
    await page.getByRole('slider', { name: 'Logins of a minute' }).press('Home');
    expect(await page.textContent('.reading')).toMatch(/^\d+ \w+, \d\d:\d\d UTC: [\d,]+ logins/);
    await page.context().close();
  });

  it('moves on with new logins, also after the service was restarted', async () => {
    const page = await newPage();
    await page.goto(full.url);
    await shows(page, await full.total());
    await page.evaluate('window.sameDocument = true');

    await logIn(1_000, 2);
    await shows(page, await full.total());

    await full.stop();
    await waitFor('the loss', async () => (await state(page)) === 'Reconnecting');
    expect(await page.textContent('.notice')).toContain('The connection is lost.');
    await full.start();
    await waitFor('the connection', async () => (await state(page)) === 'Live');
    await logIn(1_000, 3);
    await shows(page, await full.total());
    expect(await page.locator('.notice').count()).toBe(0);
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    await page.context().close();
  });

  it('says how old its numbers are when the service falls silent', async () => {
    const page = await newPage();
    await page.goto(full.url);
    await shows(page, await full.total());
    full.service.signal('SIGSTOP');
    try {
      await waitFor('the page to be stale', async () => (await state(page)) === 'Stale', STALE_MS);
      expect(await page.textContent('.notice')).toMatch(/They are 2\d s old/);
      expect(await page.textContent('[data-figure=rate]')).toBe('–');
      expect(await axeFaults(page)).toEqual([]);
    } finally {
      full.service.signal('SIGCONT');
    }
    await waitFor('the page to be live', async () => (await state(page)) === 'Live');
    await page.context().close();
  });

  async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    return context.newPage();
  }

  /** Makes logins and waits until the aggregator has counted those that pass. */
  async function logIn(count: number, seed: number): Promise<void> {
    const generator = await Service.start('data-generator', {
      OUTPUT_TOPIC: lane.input,
      RATE: '0',
      COUNT: String(count),
      SEED: String(seed),
      BAD_RATIO: '0.05',
    });
    expect(await generator.ended).toBe(0);
    await waitFor('the transformer', () => cluster.isDone(lane));
    await waitFor('the flow and the total to agree', async () => {
      const { emitted, lag } = await full.get<Flow>('/flow');
      return lag === 0 && emitted === (await full.total());
    });
  }
});
