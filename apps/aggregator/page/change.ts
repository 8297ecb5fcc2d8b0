import type { Span } from './api.ts';
import { percent } from './format.ts';

/** How a number stands to that of the period before. */
export interface Change {
  readonly direction: 'up' | 'down' | 'same';
  /** `12.3%`, without a sign */
  readonly text: string;
}

/** @returns undefined where there was nothing before: no share can say that */
export function changeOf(now: number, before: number): Change | undefined {
  if (before === 0) return undefined;
  const share = now / before - 1;
  if (share === 0) return { direction: 'same', text: percent(0) };
  return {
    direction: share > 0 ? 'up' : 'down',
    text: share >= 10 ? `${Math.round(share + 1)} times` : percent(Math.abs(share)),
  };
}

/** What is still missing of a period would be more than a change that is worth showing. */
const NEARLY_OVER = 0.95;

/**
 * Whether a period has so much time to go that it cannot be held against a whole one: an hour that began two minutes
 * ago has fewer logins than the one before, whatever happens.
 */
export function isUnderway({ from, to }: Span, nowMs: number): boolean {
  const fromMs = Date.parse(from);
  return (nowMs - fromMs) / (Date.parse(to) - fromMs) < NEARLY_OVER;
}

/** @returns days that begin and end with those named, as a span of times */
export function spanOfDays({ from, to }: Span): Span {
  const endMs = Date.parse(`${to}T00:00Z`) + 86_400_000;
  return { from: `${from}T00:00Z`, to: new Date(endMs).toISOString() };
}
