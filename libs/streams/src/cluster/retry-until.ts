import type { Clock } from '../ports.ts';
import { isRetriable } from './protocol-error.ts';

const PAUSE_MS = 100;

/**
 * Asks again for as long as the answer may change, and there is time.
 *
 * @param until epoch ms
 * @throws what does not pass by itself, at once; else what was thrown last
 */
export async function retryUntil<Answer>(
  clock: Clock,
  until: number,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isRetriable(error) || clock.now() >= until) throw error;
    }
    await clock.sleep(PAUSE_MS);
  }
}
