import type { Span } from './api.ts';

/** A span in words, in UTC and in another zone. */
export interface SpanText {
  /** `24 Nov 2026, 11:00 – now` */
  readonly utc: string;
  /** The same in the visitor's zone; undefined where that is UTC. */
  readonly local: string | undefined;
}

/** @param zone of the visitor, such as `Europe/Berlin` */
export function spanText(span: Span, nowMs: number, zone: string): SpanText {
  const utc = words(span, nowMs, 'UTC');
  const local = words(span, nowMs, zone);
  return { utc, local: local === utc ? undefined : local };
}

/** A moment in words, as a span is. */
export function momentText(ms: number, zone: string): SpanText {
  const utc = moment(ms, 'UTC');
  const local = moment(ms, zone);
  return {
    utc: `${utc.day}, ${utc.time}`,
    local: utc.time === local.time && utc.day === local.day ? undefined : local.time,
  };
}

function words({ from, to }: Span, nowMs: number, zone: string): string {
  const first = moment(Date.parse(from), zone);
  const toMs = Date.parse(to);
  const begin = `${first.day}, ${first.time}`;
  if (toMs > nowMs) return `${begin} – now`;
  const last = moment(toMs, zone);
  // The midnight that ends a day is read as the next day's otherwise.
  const { day, time } =
    last.time === '00:00' ? { day: moment(toMs - 1, zone).day, time: '24:00' } : last;
  return `${begin} – ${day === first.day ? '' : `${day}, `}${time}`;
}

function moment(ms: number, timeZone: string): { day: string; time: string } {
  const date = new Date(ms);
  const part = (options: Intl.DateTimeFormatOptions): string =>
    date.toLocaleString('en-US', { timeZone, ...options });
  const time = part({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return {
    day: `${part({ day: 'numeric' })} ${part({ month: 'short' })} ${part({ year: 'numeric' })}`,
    time,
  };
}
