import type { BatchEncoder, OutgoingRecord, PlanBatch, Topics } from '@login-pipeline/streams';
import { NO_FLOW, targetWrites, UndecidedError } from '@login-pipeline/streams';

export const INPUT = 'logins';
export const OUTPUT = 'processed';
export const DEAD_LETTERS = 'dead-letters';

/** What becomes of a record, by its number: six of ten are passed on, three dropped, one is a dead letter. */
export function outcomeOf(serial: number): 'emit' | 'drop' | 'dead-letter' {
  const digit = serial % 10;
  if (digit < 6) return 'emit';
  return digit < 9 ? 'drop' : 'dead-letter';
}

const LIMITS = { maxMessageBytes: 1_000_000, maxRecords: 1_000, codec: 'none' } as const;

/** Records are numbers: what is written for one is its number. */
export function planBy(encoder: BatchEncoder): (topics: Topics) => PlanBatch {
  return (topics) =>
    async ({ partition, records }) => {
      const emitted: OutgoingRecord[] = [];
      const deadLetters: OutgoingRecord[] = [];
      for (const { key, value, timestamp } of records) {
        const outcome = outcomeOf(Number(String(value)));
        if (outcome === 'emit') emitted.push({ key, value, timestamp });
        if (outcome === 'dead-letter') deadLetters.push({ key, value, timestamp });
      }
      const [input, output, deadLetter] = [INPUT, OUTPUT, DEAD_LETTERS].map((name) =>
        topics.topic(name),
      );
      if (input === undefined || output === undefined || deadLetter === undefined) {
        throw new UndecidedError('A topic is not known');
      }
      const writes = await Promise.all([
        targetWrites(emitted, partition, { input, target: output }, LIMITS, encoder),
        targetWrites(deadLetters, partition, { input, target: deadLetter }, LIMITS, encoder),
      ]);
      const counts = {
        ...NO_FLOW,
        emitted: emitted.length,
        deadLettered: deadLetters.length,
        dropped: records.length - emitted.length - deadLetters.length,
      };
      return { writes: writes.flat(), counts };
    };
}
