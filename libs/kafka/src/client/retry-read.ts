import { setTimeout as sleep } from 'node:timers/promises';
import { classify, errorText, StalledError } from './errors.ts';

/** Together about as long as a broker takes to start again. */
const PAUSES_MS = [100, 200, 400, 800, 1_600, 3_200, 5_000];

/**
 * Repeats a request that changes nothing for as long as its failure may pass: kafkajs' admin client gives
 * most of them up at the first lost connection.
 *
 * @param pausesMs between the attempts, in milliseconds
 * @throws StalledError when none came through; what will not pass, at once
 */
export async function retryRead<T>(
  read: () => Promise<T>,
  pausesMs: readonly number[] = PAUSES_MS,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const failure = classify(error);
    if (failure === 'bug' || failure === 'refused') throw error;
    const [pause, ...rest] = pausesMs;
    if (pause === undefined) {
      throw new StalledError(`The brokers do not answer: ${errorText(error)}`, { cause: error });
    }
    await sleep(pause);
    return retryRead(read, rest);
  }
}
