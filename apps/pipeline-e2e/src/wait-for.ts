import { setTimeout as sleep } from 'node:timers/promises';

/** Between two questions: a tenth of the time waited so far, so that long waits leave the processor to what is waited for. */
const PAUSE_SHARE = 0.1;
const SHORTEST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 200;

/**
 * Asks again and again until a condition holds.
 *
 * @returns what the condition gave, once it is neither false nor undefined
 * @throws Error that names what was waited for, after the deadline; what the condition throws passes through
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 60_000,
): Promise<T> {
  const start = performance.now();
  for (;;) {
    const result = await condition();
    if (result !== undefined && result !== false) return result;
    const waitedMs = performance.now() - start;
    if (waitedMs > deadlineMs) throw new Error(`Waited ${deadlineMs} ms in vain for ${what}`);
    await sleep(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waitedMs * PAUSE_SHARE)));
  }
}
