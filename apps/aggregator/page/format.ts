const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const ONE_DIGIT = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** `1,234,567` */
export function whole(value: number): string {
  return WHOLE.format(value);
}

/** `1.2M`, for axes and tight places. */
export function compact(value: number): string {
  return COMPACT.format(value);
}

/** Logins per second: one decimal where it says something. */
export function rate(perSecond: number): string {
  return perSecond > 0 && perSecond < 100 ? ONE_DIGIT.format(perSecond) : whole(perSecond);
}

/** `1,234.5` */
export function tenths(value: number): string {
  return ONE_DIGIT.format(value);
}

/** `12.3%`; what is not quite none or all does not read as none or all. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1%';
  if (share < 1 && share > 0.999) return '>99.9%';
  return `${share === 0 || share === 1 ? whole(share * 100) : ONE_DIGIT.format(share * 100)}%`;
}

/** `0` of nothing is no share. */
export function shareOf(part: number, all: number): number {
  return all === 0 ? 0 : part / all;
}

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** `45 s`, `2 min`, `3 h`: the largest unit that fits. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [size, unit] = UNITS.find(([length]) => seconds >= length) ?? [1, 's'];
  return `${whole(Math.floor(seconds / size))} ${unit}`;
}

/** `18:47` of epoch ms, UTC. */
export function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

/** `17 Dec` of epoch ms, UTC. */
export function dayText(ms: number): string {
  const date = new Date(ms);
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  return `${date.getUTCDate()} ${month}`;
}

/** `17 Dec, 18:47` of epoch ms, UTC. */
export function dayAndClock(ms: number): string {
  return `${dayText(ms)}, ${clock(ms)}`;
}
