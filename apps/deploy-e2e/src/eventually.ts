import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 120_000;
const PAUSE_MS = 250;

/**
 * Waits until an attempt returns true.
 *
 * @param what is waited for, named in the error
 * @throws Error with the attempt's own after two minutes
 */
export async function eventually(what: string, attempt: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    let cause: unknown = 'it is not so';
    try {
      if (await attempt()) return;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) throw new Error(`not within two minutes: ${what}: ${String(cause)}`);
    await sleep(PAUSE_MS);
  }
}
