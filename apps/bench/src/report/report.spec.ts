import { describe, expect, it } from '@jest/globals';
import type { SuiteResult } from '../series.ts';
import { barChart } from './chart.ts';
import { chartGroups, mergeSuites, replaceBetween } from './docs.ts';
import { suiteSection } from './markdown.ts';

const RESULT: SuiteResult = {
  suite: 'throughput',
  surroundings: { processor: 'P', cores: 2, memoryGb: 8, node: '24.0.0', loadBefore: 0.1 },
  series: [
    {
      suite: 'throughput',
      point: 'transformer',
      contender: 'login-pipeline',
      rounds: [{ recordsPerSecond: 300_000 }, { recordsPerSecond: 200_000 }],
    },
    {
      suite: 'throughput',
      point: 'transformer',
      contender: 'kafka-streams',
      rounds: [{ recordsPerSecond: 100_000 }, {}],
    },
  ],
};

describe('suiteSection', () => {
  const section = suiteSection(RESULT);

  it('gives median, least and greatest', () => {
    expect(section).toContain('| transformer | login-pipeline | 250,000 (200,000 to 300,000) |');
  });

  it('compares only rounds that count on both sides', () => {
    expect(section).toContain('| transformer | kafka-streams | records/s | 3.00 |');
  });
});

describe('docs', () => {
  it('replaces what stands between the markers alone', () => {
    const page =
      'a\n<!-- figures: written by "npm run bench -- --docs" -->\nold\n<!-- /figures -->\nb\n';
    expect(replaceBetween(page, 'new')).toBe(
      'a\n<!-- figures: written by "npm run bench -- --docs" -->\n\nnew\n\n<!-- /figures -->\nb\n',
    );
  });

  it('says what is missing in a page without markers', () => {
    expect(() => replaceBetween('a', 'new')).toThrow('<!-- /figures -->');
  });

  it('keeps the suites that did not run, in order', () => {
    const latency = { ...RESULT, suite: 'latency' };
    const newer = { ...RESULT, series: [] };
    expect(mergeSuites([latency, RESULT], [newer])).toEqual([newer, latency]);
  });
});

describe('barChart', () => {
  const svg = barChart('A < B', chartGroups([RESULT]));

  it('draws a bar for each contender and writes its figure', () => {
    expect(svg.match(/<rect/g)).toHaveLength(2);
    expect(svg).toContain('>250,000<');
    expect(svg).toContain('transformer, records/s (more is better)');
  });

  it('follows the theme and escapes texts', () => {
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('<title>A &#60; B</title>');
  });
});
