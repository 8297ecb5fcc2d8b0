import type { Sample } from './sample.ts';

/** What the view shows besides numbers. */
export interface ViewFrame {
  /** Names and addresses or paths, in the order shown. */
  readonly links: readonly (readonly [name: string, where: string])[];
  /** When the pipeline was started, epoch milliseconds. */
  readonly since: number;
}

const TOP_VALUES = 6;
const NAME_WIDTH = 16;

/**
 * The live view as lines of text.
 *
 * @param previous an earlier sample, for rates; undefined at first
 * @param columns width of the terminal; longer lines are cut
 */
export function renderView(
  frame: ViewFrame,
  sample: Sample,
  previous: Sample | undefined,
  columns: number,
): string[] {
  const insights = sample.aggregated?.insights;
  const lines = [
    `Login pipeline, running for ${duration(sample.time - frame.since)}`,
    '',
    ...renderLinks(frame),
    '',
    row('data-generator', generatorText(sample, previous)),
    row('transformer', transformerText(sample)),
    row('aggregator', aggregatorText(sample)),
    '',
    row('device types', insights && topValues(insights.deviceTypes)),
    row('app versions', insights && topValues(insights.appVersions)),
    row('locales', insights && topValues(insights.locales)),
    row('busiest minutes', insights && peaks(sample)),
    '',
    'Ctrl-C stops everything',
  ];
  return lines.map((line) => (line.length < columns ? line : `${line.slice(0, columns - 2)}…`));
}

/** Where to look, one line each. */
export function renderLinks({ links }: ViewFrame): string[] {
  return links.map(([name, where]) => row(name, where));
}

/** The numbers in one line, for logs. */
export function renderLine(sample: Sample, previous: Sample | undefined): string {
  const insights = sample.aggregated?.insights;
  return [
    `in ${generatorText(sample, previous)}`,
    transformerText(sample),
    `insights: ${aggregatorText(sample)}`,
    ...(insights ? [topValues(insights.deviceTypes), peaks(sample)] : []),
  ].join(' | ');
}

function row(name: string, text: string | undefined): string {
  return `  ${name.padEnd(NAME_WIDTH)}  ${text ?? '-'}`;
}

const STARTING = 'starting';

function generatorText({ generated, time }: Sample, previous: Sample | undefined): string {
  if (generated === undefined) return STARTING;
  const total = generated.good + generated.bad;
  const before = previous?.generated;
  const seconds = (time - (previous?.time ?? time)) / 1000;
  const rate =
    before === undefined || seconds <= 0
      ? ''
      : `, ${number(Math.max(0, Math.round((total - before.good - before.bad) / seconds)))}/s`;
  return `${number(total)} records${rate} (${number(generated.bad)} bad)`;
}

function transformerText({ transformed }: Sample): string {
  if (transformed === undefined) return STARTING;
  const { emitted, dropped, deadLettered, lag } = transformed;
  return `${number(emitted)} passed, ${number(dropped)} filtered, ${number(deadLettered)} dead-lettered, lag ${number(lag)}`;
}

function aggregatorText({ aggregated }: Sample): string {
  if (aggregated === undefined) return STARTING;
  const { insights, lag } = aggregated;
  const state = insights.complete ? '' : ', not complete yet';
  return `${number(insights.total)} logins, lag ${number(lag)}${state}`;
}

function topValues(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, TOP_VALUES).map(([value, count]) => `${value} ${number(count)}`);
  const more = sorted.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ') || '-';
}

function peaks({ aggregated }: Sample): string {
  const found = aggregated?.insights.traffic.peaks ?? [];
  return (
    found
      .slice(0, 3)
      .map(({ minute, count }) => `${minute} ${number(count)}`)
      .join(', ') || '-'
  );
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}
