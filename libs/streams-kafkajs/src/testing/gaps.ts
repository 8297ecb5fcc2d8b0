import type { ReadNumber } from './committed-reader.ts';

/** @returns the longest time within a span in which nothing came, in milliseconds */
export function longestGap(read: readonly ReadNumber[], since: number, until: number): number {
  const times = read.map(({ at }) => at).filter((at) => at > since && at < until);
  let last = since;
  let longest = 0;
  for (const at of [...times, until]) {
    longest = Math.max(longest, at - last);
    last = at;
  }
  return longest;
}
