import { setTimeout as sleep } from 'node:timers/promises';
import { protocolErrorOf } from './errors.ts';

/** Right after a commit the coordinator is busy for some milliseconds; the Java client waits 20 ms too. */
const BUSY_PAUSES_MS = [5, 10, 20, 20, 20, 50, 50, 100, 100, 200, 500, 1_000, 1_000];

/** @returns whether a transaction's coordinator still finishes the last one: it did nothing, and may be asked again */
export function isBusy(error: unknown): boolean {
  return protocolErrorOf(error) === 'CONCURRENT_TRANSACTIONS';
}

/** Asks the coordinator of a transaction something, again and again while it is busy. */
export async function whileBusy<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (const pause of BUSY_PAUSES_MS) {
    try {
      return await ask();
    } catch (error) {
      if (!isBusy(error)) throw error;
      await sleep(pause);
    }
  }
  return ask();
}
