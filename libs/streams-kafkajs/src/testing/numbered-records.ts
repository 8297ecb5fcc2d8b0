import type { BatchEncoder, OutgoingRecord, PlanBatch, Topics } from '@login-pipeline/streams';
import { NO_FLOW, targetWrites, UndecidedError } from '@login-pipeline/streams';

/** The topics of one test. */
export interface TestTopics {
  readonly input: string;
  readonly output: string;
  readonly deadLetters: string;
}

const LIMITS = { maxMessageBytes: 1_000_000, maxRecords: 1_000, codec: 'lz4' } as const;

/** What becomes of a record, by its number: of ten, seven are passed on, two dropped, and one is a dead letter. */
export function outcomeOf(serial: number): 'emit' | 'drop' | 'dead-letter' {
  const digit = serial % 10;
  if (digit < 7) return 'emit';
  return digit < 9 ? 'drop' : 'dead-letter';
}

/** @returns a plan for records that are numbers: what is written for one is its number */
export function planBy(names: TestTopics, encoder: BatchEncoder): (topics: Topics) => PlanBatch {
  return (topics) =>
    async ({ partition, records }) => {
      const input = topics.topic(names.input);
      const output = topics.topic(names.output);
      const deadLetter = topics.topic(names.deadLetters);
      if (input === undefined || output === undefined || deadLetter === undefined) {
        throw new UndecidedError('A topic is not known');
      }
      const emitted: OutgoingRecord[] = [];
      const deadLetters: OutgoingRecord[] = [];
      for (const { key, value, timestamp } of records) {
        const outcome = outcomeOf(Number(String(value)));
        if (outcome === 'emit') emitted.push({ key, value, timestamp });
        if (outcome === 'dead-letter') deadLetters.push({ key, value, timestamp });
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
