import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { DASHBOARDS, grafanaDashboards } from './dashboards/index.ts';
import { EXPORTER_METRICS } from './exporter/metrics.ts';
import { alertRules, generatedFiles, prometheusFiles, runbooks } from './files.ts';
import { metricsIn } from './metric-names.ts';
import { PROCESS_METRICS } from './metrics-page.ts';
import { metricName, metricsOf, SERVICE_METRICS } from './service-metrics.ts';

const SECTIONS = ['## Meaning', '## Impact', '## What to look at', '## What to do'];
/** Prometheus' own, for every target. */
const TARGET_METRICS = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];
const HISTOGRAM_SUFFIXES = ['_bucket', '_sum', '_count'];

/** All that is exposed. */
const SHOWN = new Set([
  ...SERVICE_METRICS.flatMap(({ metric }) =>
    metric.kind === 'histogram'
      ? HISTOGRAM_SUFFIXES.map((suffix) => metricName(metric) + suffix)
      : [metricName(metric)],
  ),
  ...Object.keys(EXPORTER_METRICS),
  ...Object.keys(PROCESS_METRICS),
  ...TARGET_METRICS,
]);

const METRICS = SERVICE_METRICS.map(({ metric }) => [metric.name, metric] as const);
const RULES = alertRules();
const PANELS = DASHBOARDS.flatMap(({ uid, rows }) =>
  rows.flatMap(({ panels }) => panels.map((panel) => ({ uid, ...panel }))),
);

describe('Metrics of the services', () => {
  it.each(METRICS)(
    '%s follows the naming rules of Prometheus',
    (name, { kind, help, labels, buckets }) => {
      expect(name).toMatch(/^[a-z][a-z_]*[a-z]$/);
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

  it.each(METRICS)('%s names its unit', (name, { unit }) => {
    const base = name.replace(/_total$/, '');
    expect(base.endsWith('_seconds')).toBe(unit === 'seconds' || unit === 'timestamp');
    expect(base.endsWith('_timestamp_seconds')).toBe(unit === 'timestamp');
    expect(base.endsWith('_bytes')).toBe(unit === 'bytes');
  });

  it.each(METRICS)('%s bounds its labels', (_, { labels = {} }) => {
    for (const values of Object.values(labels)) {
      const bound = typeof values === 'string' ? values : values.join();
      expect(bound).not.toBe('');
    }
  });

  it('are declared once, each under a name of its own', () => {
    expect(new Set(METRICS.map(([name]) => name)).size).toBe(METRICS.length);
  });

  it('are those of the service alone', () => {
    const names = (service: string): readonly string[] =>
      metricsOf(service).map(({ name }) => name);
    expect(names('data-generator')).toContain('generated_records_total');
    expect(names('data-generator')).not.toContain('records_total');
    expect(names('no service')).toEqual([]);
  });
});

describe('Alert rules', () => {
  it('have names of their own', () => {
    expect(new Set(RULES.map(({ alert }) => alert)).size).toBe(RULES.length);
  });

  it.each(RULES)('$alert reads only metrics that are exposed', ({ expr }) => {
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
  it.each(PANELS)('$uid: "$title" reads only metrics that are exposed', ({ queries }) => {
    for (const { expr } of queries) {
      expect(metricsIn(expr)).not.toEqual([]);
      expect(metricsIn(expr).filter((name) => !SHOWN.has(name))).toEqual([]);
    }
  });

  it('show every metric of the services', () => {
    const read = new Set(
      PANELS.flatMap(({ queries }) => queries.flatMap(({ expr }) => metricsIn(expr))),
    );
    const families = SERVICE_METRICS.map(({ metric }) => metricName(metric));
    const missing = families.filter((family) => ![...read].some((name) => name.startsWith(family)));
    expect(missing).toEqual([]);
  });

  it('link only to pages that Grafana has', () => {
    const text = JSON.stringify(grafanaDashboards(runbooks()));
    const links = [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, url]) => url);
    expect(links).not.toEqual([]);
    expect(links.filter((url) => !/^(?:\/d\/|https?:)/.test(url ?? ''))).toEqual([]);
  });

  it('link every alert to a panel', () => {
    const linked = new Set(PANELS.map(({ runbook }) => runbook));
    const unlinked = RULES.map(({ alert }) => alert).filter((alert) => !linked.has(alert));
    expect(unlinked).toEqual([]);
  });
});

describe('Files made from code', () => {
  it('are up to date: npm run generate', async () => {
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
