import { describe, expect, it } from '@jest/globals';
import type { Sample } from './sample.ts';
import { renderLine, renderView } from './view.ts';

const NOTHING: Sample = {
  time: 62_000,
  generated: undefined,
  transformed: undefined,
  aggregated: undefined,
};
const RUNNING: Sample = {
  time: 3_725_000,
  generated: { good: 4_158, bad: 42 },
  transformed: { emitted: 380, dropped: 3_778, deadLettered: 42, lag: 0 },
  aggregated: {
    lag: 7,
    insights: {
      complete: true,
      total: 380,
      deviceTypes: { iOS: 130, android: 250 },
      appVersions: { '2.0.0': 380 },
      locales: { RU: 9, DE: 8, FR: 7, US: 6, IT: 5, ES: 4, PL: 3, CZ: 2 },
      traffic: { peaks: [{ minute: '2024-12-17T18:47Z', count: 12 }] },
      expired: 0,
      invalid: 0,
    },
  },
};
const FRAME = { since: 0, links: [['page', 'http://localhost:3000/']] as const };

describe('the live view', () => {
  it('shows where to look before any service answers', () => {
    expect(renderView(FRAME, NOTHING, undefined, 80)).toEqual([
      'Login pipeline, running for 0:01:02',
      '',
      '  page              http://localhost:3000/',
      '',
      '  data-generator    starting',
      '  transformer       starting',
      '  aggregator        starting',
      '',
      '  device types      -',
      '  app versions      -',
      '  locales           -',
      '  busiest minutes   -',
      '',
      'Ctrl-C stops everything',
    ]);
  });

  it('shows totals, the rate since the previous sample and the most frequent values', () => {
    const previous = { ...RUNNING, time: 3_721_000, generated: { good: 3_760, bad: 40 } };
    expect(renderView(FRAME, RUNNING, previous, 120).slice(4, 12)).toEqual([
      '  data-generator    4,200 records, 100/s (42 bad)',
      '  transformer       380 passed, 3,778 filtered, 42 dead-lettered, lag 0',
      '  aggregator        380 logins, lag 7',
      '',
      '  device types      android 250, iOS 130',
      '  app versions      2.0.0 380',
      '  locales           RU 9, DE 8, FR 7, US 6, IT 5, ES 4, and 2 more',
      '  busiest minutes   2024-12-17T18:47Z 12',
    ]);
  });

  it('cuts lines that are longer than the terminal is wide', () => {
    const lines = renderView(FRAME, RUNNING, undefined, 30);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(30);
  });

  it('says so when insights do not cover every partition yet', () => {
    const insights = { ...RUNNING.aggregated?.insights, complete: false };
    const sample = { ...RUNNING, aggregated: { lag: 0, insights } } as Sample;
    expect(renderView(FRAME, sample, undefined, 80)).toContain(
      '  aggregator        380 logins, lag 0, not complete yet',
    );
  });

  it('fits into one line for a log', () => {
    expect(renderLine(RUNNING, undefined)).toBe(
      'in 4,200 records (42 bad) | 380 passed, 3,778 filtered, 42 dead-lettered, lag 0 | insights: 380 logins, lag 7 | android 250, iOS 130 | 2024-12-17T18:47Z 12',
    );
  });
});
