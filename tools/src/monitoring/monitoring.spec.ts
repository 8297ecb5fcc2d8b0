import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { METRIC_CATALOGUE, metricName } from '@login-pipeline/observability/catalogue';
import type { MetricDefinition, MetricName } from '@login-pipeline/observability/catalogue';
import { parse } from 'yaml';
import { DASHBOARDS } from './dashboards/index.ts';
import { EXPORTER_METRICS } from './exporter/metrics.ts';
import { alertRules, generatedFiles, prometheusFiles, runbooks } from './files.ts';
import { metricsIn } from './metric-names.ts';
import { PROCESS_METRICS } from './metrics-page.ts';

const SECTIONS = ['## Meaning', '## Impact', '## What to look at', '## What to do'];
/** Prometheus' own, for every target. */
const TARGET_METRICS = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];
const HISTOGRAM_SUFFIXES = ['_bucket', '_sum', '_count'];

/** All that anybody shows. */
const SHOWN = new Set([
  ...(Object.entries(METRIC_CATALOGUE) as [MetricName, MetricDefinition][]).flatMap(
    ([name, { kind }]) =>
      kind === 'histogram'
        ? HISTOGRAM_SUFFIXES.map((suffix) => metricName(name) + suffix)
        : [metricName(name)],
  ),
  ...Object.keys(EXPORTER_METRICS),
  ...Object.keys(PROCESS_METRICS),
  ...TARGET_METRICS,
]);

const RULES = alertRules();
const PANELS = DASHBOARDS.flatMap(({ uid, rows }) =>
  rows.flatMap(({ panels }) => panels.map((panel) => ({ uid, ...panel }))),
);

describe('Alert rules', () => {
  it('have names of their own', () => {
    expect(new Set(RULES.map(({ alert }) => alert)).size).toBe(RULES.length);
  });

  it.each(RULES)('$alert reads only metrics that somebody shows', ({ expr }) => {
    expect(metricsIn(expr)).not.toEqual([]);
    expect(metricsIn(expr).filter((name) => !SHOWN.has(name))).toEqual([]);
  });

  it.each(RULES)('$alert has a severity, a summary and the link to its runbook', (rule) => {
    expect(['critical', 'warning']).toContain(rule.labels['severity']);
    expect(rule.annotations['summary']).toMatch(/^\S.*[^.]$/);
    expect(rule.annotations['runbook_url']).toBe(`{{ $externalLabels.runbooks }}/${rule.alert}.md`);
  });

  it('are each tested to fire and not to fire', () => {
    const cases = prometheusFiles('tests').flatMap((file) => testCases(readFileSync(file, 'utf8')));
    for (const { alert } of RULES) {
      const ofAlert = cases.filter(({ alertname }) => alertname === alert);
      expect([alert, ofAlert.some(({ exp_alerts: fired }) => fired.length > 0)]).toEqual([
        alert,
        true,
      ]);
      expect([alert, ofAlert.some(({ exp_alerts: fired }) => fired.length === 0)]).toEqual([
        alert,
        true,
      ]);
    }
  });
});

describe('Runbooks', () => {
  it('are there for every alert and for nothing else', () => {
    expect(runbooks().map(({ alert }) => alert)).toEqual(
      RULES.map(({ alert }) => alert).toSorted(),
    );
  });

  it.each(runbooks())(
    '$alert says what it means, what it does, what to look at and what to do',
    ({ alert, text }) => {
      expect(text.startsWith(`# ${alert}\n`)).toBe(true);
      expect(text.split('\n').filter((line) => line.startsWith('## '))).toEqual(SECTIONS);
      const rule = RULES.find((it) => it.alert === alert);
      expect(text.toLowerCase()).toContain(`\n${rule?.labels['severity'] ?? ''}, `);
    },
  );

  it.each(runbooks())('$alert leads to pages that are there', ({ text }) => {
    const linked = [...text.matchAll(/\]\((\w+)\.md\)/g)].map(([, name]) => name);
    const names = runbooks().map(({ alert }) => alert);
    expect(linked.filter((name) => name === undefined || !names.includes(name))).toEqual([]);
  });
});

describe('Dashboards', () => {
  it.each(PANELS)('$uid: "$title" reads only metrics that somebody shows', ({ queries }) => {
    for (const { expr } of queries) {
      expect(metricsIn(expr)).not.toEqual([]);
      expect(metricsIn(expr).filter((name) => !SHOWN.has(name))).toEqual([]);
    }
  });

  it('show every metric of the catalogue', () => {
    const read = new Set(
      PANELS.flatMap(({ queries }) => queries.flatMap(({ expr }) => metricsIn(expr))),
    );
    const families = (Object.keys(METRIC_CATALOGUE) as MetricName[]).map(metricName);
    const missing = families.filter((family) => ![...read].some((name) => name.startsWith(family)));
    expect(missing).toEqual([]);
  });

  it('link every alert to a panel', () => {
    const linked = new Set(PANELS.map(({ runbook }) => runbook));
    const unlinked = RULES.map(({ alert }) => alert).filter((alert) => !linked.has(alert));
    expect(unlinked).toEqual([]);
  });
});

describe('Files made from code', () => {
  it('are up to date: node tools/src/monitoring/write-files.ts', async () => {
    for (const [path, content] of await generatedFiles()) {
      expect([path, readFileSync(path, 'utf8')]).toEqual([path, content]);
    }
  });
});

interface TestCase {
  readonly alertname: string;
  readonly exp_alerts: readonly unknown[];
}

function testCases(text: string): readonly TestCase[] {
  const { tests } = parse(text) as {
    readonly tests: readonly { readonly alert_rule_test: readonly TestCase[] }[];
  };
  return tests.flatMap(({ alert_rule_test: cases }) => cases);
}
