import type { View } from './board/view.ts';
import { appVersions } from './insights/app-versions/insight.ts';
import { distributionOf } from './insights/counting/distribution.ts';
import type { Counts } from './insights/counting/distribution.ts';
import { deviceTypes } from './insights/device-types/insight.ts';
import { locales } from './insights/locales/insight.ts';
import { traffic } from './insights/traffic/insight.ts';
import { peaks } from './insights/traffic/peaks.ts';
import { isoMinute } from './utc.ts';

const PEAK_LINES = 5;
/** Values per line, so that a thousand versions do not flood the log. */
const VALUES_PER_LINE = 20;
const MIN_PAUSE_MS = 1000;

/** The insights as log lines, in the four forms of the project's first edition; peaks in the order of time. */
export function insightsLogLines(view: View): string[] {
  const busiest = peaks(view.asked(traffic), PEAK_LINES);
  return [
    `Insights so far: ${pythonDict(view.asked(deviceTypes).merged, 'device_type:')}`,
    `Insights on App Versions: ${pythonDict(view.asked(appVersions).merged.counts)}`,
    `Insights on Locales: ${pythonDict(view.asked(locales).merged)}`,
    'Peak Traffic Insights:',
    ...busiest
      .sort((a, b) => a.minute - b.minute)
      .map(
        ({ minute, count }) =>
          `${isoMinute(minute).slice(0, -1).replace('T', ' ')}: ${count} messages`,
      ),
  ];
}

function pythonDict(counts: Counts, prefix = ''): string {
  const all = distributionOf(counts, Infinity);
  const shown = all.slice(0, VALUES_PER_LINE);
  const entries = shown.map(({ value, count }) => `${quote(prefix + value)}: ${count}`);
  if (shown.length < all.length) entries.push('...');
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
