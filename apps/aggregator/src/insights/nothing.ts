import type { Kept } from './insight.ts';

/** Of an insight that keeps nothing there. */
export const NOTHING: Kept<undefined> = {
  holds: 'nothing',
  empty: () => undefined,
  write: () => undefined,
  read: () => undefined,
  revision: () => 0,
};
