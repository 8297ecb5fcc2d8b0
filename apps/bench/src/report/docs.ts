import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@login-pipeline/command';
import { format, resolveConfig } from 'prettier';
import { column, FIGURES } from '../series.ts';
import type { FigureName, Series, SuiteResult } from '../series.ts';
import { summarize } from '../statistics.ts';
import { SUITES } from '../suites.ts';
import { barChart } from './chart.ts';
import type { BarGroup } from './chart.ts';
import { suiteSection } from './markdown.ts';
import { scalingSection } from './scaling-section.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', '..', 'docs');
/** The figures of the last run of each suite: what the page is made of. */
const JSON_FILE = join(DOCS, 'performance.json');
const PAGE = join(DOCS, 'performance.md');
const SCALING_PAGE = join(DOCS, 'scaling.md');
const CHART = join(DOCS, 'performance.svg');
const BEGIN = '<!-- figures: written by "npm run bench -- --docs" -->';
const END = '<!-- /figures -->';

/** What the chart shows, of the suites that compare us with peers. */
const CHARTED: readonly (readonly [suite: string, point: string, figure: FigureName])[] = [
  ['throughput', 'transformer', 'recordsPerSecond'],
  ['throughput', 'transformer', 'cpuUsPerRecord'],
  ['throughput', 'aggregator', 'recordsPerSecond'],
  ['throughput', 'aggregator', 'cpuUsPerRecord'],
  ['latency', '2000/s', 'p99Ms'],
];

/**
 * Puts the figures into docs/performance.md and docs/scaling.md, with chart and JSON beside them. Suites that did not
 * run keep theirs.
 *
 * @throws {Failure} when a page has lost its markers
 */
export async function writeDocs(results: readonly SuiteResult[]): Promise<void> {
  const all = mergeSuites(existsSync(JSON_FILE) ? storedResults() : [], results);
  await writePage(PAGE, all.map(suiteSection).join('\n\n'));
  const scaling = scalingSection(all);
  if (scaling !== undefined) await writePage(SCALING_PAGE, scaling);
  await writeFormatted(JSON_FILE, JSON.stringify(all));
  writeFileSync(CHART, barChart('Login pipeline and its peers, one run', chartGroups(all)));
}

function writePage(file: string, figures: string): Promise<void> {
  return writeFormatted(file, replaceBetween(readFileSync(file, 'utf8'), figures));
}

/** Writes a file as `npm run format` would leave it. */
async function writeFormatted(file: string, content: string): Promise<void> {
  const options = await resolveConfig(file);
  writeFileSync(file, await format(content, { ...options, filepath: file }));
}

function storedResults(): SuiteResult[] {
  return JSON.parse(readFileSync(JSON_FILE, 'utf8')) as SuiteResult[];
}

/** @returns the newer result of each suite, in the order of the suites */
export function mergeSuites(
  stored: readonly SuiteResult[],
  newer: readonly SuiteResult[],
): SuiteResult[] {
  return Object.keys(SUITES).flatMap(
    (name) => [...newer, ...stored].find(({ suite }) => suite === name) ?? [],
  );
}

/** @returns the page with the figures in place of what stands between the markers */
export function replaceBetween(page: string, figures: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new Failure(`The page of figures needs the lines ${BEGIN} and ${END}`);
  }
  return `${page.slice(0, begin)}${BEGIN}\n\n${figures}\n\n${page.slice(end)}`;
}

/** @returns one group of bars per figure that was measured */
export function chartGroups(results: readonly SuiteResult[]): BarGroup[] {
  return CHARTED.flatMap(([suite, point, figure]) => {
    const all = results.find((result) => result.suite === suite)?.series ?? [];
    const bars = all
      .filter((series) => series.point === point && column(series, figure).length > 0)
      .map((series) => bar(series, figure));
    const title = suite === 'latency' ? `transformer at ${point}` : point;
    return bars.length === 0 ? [] : [{ title, unit: unitOf(figure), bars }];
  });
}

function unitOf(figure: FigureName): string {
  const { title, better } = FIGURES[figure];
  return `${title} (${better} is better)`;
}

function bar(series: Series, figure: FigureName): BarGroup['bars'][number] {
  return {
    label: series.contender,
    ours: series.contender === 'login-pipeline',
    ...summarize(column(series, figure)),
  };
}
