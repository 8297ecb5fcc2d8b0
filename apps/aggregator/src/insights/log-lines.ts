import { isoMinute, peaks } from './peaks.ts';
import type { Distribution, Insights } from './insights.ts';

const PEAK_LINES = 5;
/** Values per line, so that a thousand versions do not flood the log. */
const VALUES_PER_LINE = 20;
const MIN_PAUSE_MS = 1000;

/** The insights as log lines, in the four forms of the project's first edition; peaks in the order of time. */
export function insightsLogLines(insights: Insights): string[] {
  const busiest = peaks(insights.traffic, PEAK_LINES).sort((a, b) => a.minute - b.minute);
  return [
    `Insights so far: ${pythonDict(insights.deviceTypes, 'device_type:')}`,
    `Insights on App Versions: ${pythonDict(insights.appVersions)}`,
    `Insights on Locales: ${pythonDict(insights.locales)}`,
    'Peak Traffic Insights:',
    ...busiest.map(
      ({ minute, count }) =>
        `${isoMinute(minute).slice(0, -1).replace('T', ' ')}: ${count} messages`,
    ),
  ];
}

function pythonDict(distribution: Distribution, prefix = ''): string {
  const shown = distribution.slice(0, VALUES_PER_LINE);
  const entries = shown.map(({ value, count }) => `${quote(prefix + value)}: ${count}`);
  if (shown.length < distribution.length) entries.push('...');
  return `{${entries.join(', ')}}`;
}

/** Values come from outside: control characters must not forge a log line. */
function quote(text: string): string {
  const escaped = text.replace(/[\\'\p{Cc}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\\' || character === "'"
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `'${escaped}'`;
}

/** Decides when insights are logged: after every so many counted logins, and at most once a second. */
export class LogPacing {
  readonly #every: number;
  #loggedTotal = 0;
  #loggedAtMs = -Infinity;

  /** @param every counted logins between two log entries */
  constructor(every: number) {
    this.#every = every;
  }

  /**
   * Ask after every batch, and on a timer, so that the last logins of a burst are logged too.
   *
   * @param total counted logins so far
   * @param nowMs a monotonic clock
   * @returns true when it is time; the caller logs then
   */
  isDue(total: number, nowMs: number): boolean {
    const logins = total - this.#loggedTotal;
    if (logins < this.#every || nowMs - this.#loggedAtMs < MIN_PAUSE_MS) return false;
    this.#loggedTotal = total;
    this.#loggedAtMs = nowMs;
    return true;
  }
}
