import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 25;

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
  const end = performance.now() + deadlineMs;
  for (;;) {
    const result = await condition();
    if (result !== undefined && result !== false) return result;
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain for ${what}`);
    await sleep(PAUSE_MS);
  }
}
