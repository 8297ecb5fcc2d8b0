import { describe, expect, it } from '@jest/globals';
import { decodeLogin } from '@login-pipeline/schema';
import { LoginStream } from './login-stream.ts';
import { recount } from './testing/recount.ts';
import { Truth } from './truth.ts';

const START = Date.parse('2024-12-17T18:47:00Z');

describe('Truth', () => {
  const stream = new LoginStream({ seed: 7, badRatio: 0.2, eventTime: (i) => START + i * 20 });
  const records = stream.take(20_000);
  const values = records.map(({ value }) => value);
  const truth = new Truth(7);
  truth.add(records.slice(0, 1));
  truth.add(records.slice(1));
  const report = truth.report(true);

  it('equals a recount of the records', () => {
    expect(report).toMatchObject(recount(values));
    expect(report.generated).toBe(20_000);
    expect(report.good + report.bad).toBe(20_000);
    expect(report.total).toBe(report.good);
  });

  it('equals a recount of each app version, so any filter can be computed', () => {
    for (const [version, counts] of Object.entries(report.byAppVersion)) {
      expect(counts).toEqual(recount(values, version));
      expect(report.appVersions[version]).toBe(counts.total);
    }
    expect(Object.keys(report.byAppVersion)).toHaveLength(10);
  });

  it('counts bad records by the reason the pipeline gives', () => {
    const byReason: Record<string, number> = {};
    for (const value of values) {
      const decoded = decodeLogin(value);
      if (typeof decoded === 'string') byReason[decoded] = (byReason[decoded] ?? 0) + 1;
    }
    expect(report.badByReason).toEqual(byReason);
  });

  it('lists minutes in order', () => {
    const minutes = Object.keys(report.minutes);
    expect(minutes).toEqual([...minutes].sort());
    expect(minutes.at(-1)).toBe('2024-12-17T18:53Z');
  });

  it('reports nothing before anything is acknowledged', () => {
    expect(new Truth(3).report(false)).toEqual({
      seed: 3,
      finished: false,
      generated: 0,
      good: 0,
      bad: 0,
      badByReason: {},
      total: 0,
      deviceTypes: {},
      locales: {},
      minutes: {},
      appVersions: {},
      byAppVersion: {},
    });
  });
});
