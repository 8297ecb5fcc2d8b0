/** How the page stands to the server. */
export interface Connection {
  readonly connected: boolean;
  /** Epoch ms of the last event or heartbeat; undefined before the first. */
  readonly lastSignMs: number | undefined;
}

/**
 * `live`: the numbers are those of now. `reconnecting`: they were, moments ago. `stale`: they are too old to be taken
 * for those of now. `connecting`: there are none yet.
 */
export type Freshness = 'connecting' | 'live' | 'reconnecting' | 'stale';

/** The server sends a heartbeat every 15 s; a wall screen should not cry wolf over one that is late. */
export const STALE_AFTER_MS = 20_000;

export function freshness({ connected, lastSignMs }: Connection, nowMs: number): Freshness {
  if (lastSignMs === undefined) return 'connecting';
  if (nowMs - lastSignMs > STALE_AFTER_MS) return 'stale';
  return connected ? 'live' : 'reconnecting';
}
