import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@login-pipeline/streams';

/** The machine's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};
