export interface MinuteCount {
  /** Minutes since the epoch, UTC. */
  readonly minute: number;
  readonly count: number;
}

/** The minutes with the most logins, most first; of equal ones the earlier first. */
export function peaks(traffic: readonly MinuteCount[], atMost: number): MinuteCount[] {
  return [...traffic].sort(busierFirst).slice(0, atMost);
}

/** Compares for {@link peaks}. */
export function busierFirst(a: MinuteCount, b: MinuteCount): number {
  return b.count - a.count || a.minute - b.minute;
}
