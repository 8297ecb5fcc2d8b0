import { NO_FLOW } from '../plan/flow.ts';
import { UndecidedError } from '../plan/undecided-error.ts';
import type { BatchEncoder, Codec } from '../ports.ts';
import type { OutgoingRecord } from '../records/record.ts';
import type { PlanBatch, PlanContext } from '../transform/planned-batch.ts';
import { targetWrites } from '../transform/target-writes.ts';

/** The topics of a pipe that numbered records go through. */
export interface PipeTopics {
  readonly input: string;
  readonly output: string;
  readonly deadLetters: string;
}

/** What becomes of a record, by its number: of ten, six are passed on, three dropped, and one is a dead letter. */
export function outcomeOf(serial: number): 'emit' | 'drop' | 'dead-letter' {
  const digit = serial % 10;
  if (digit < 6) return 'emit';
  return digit < 9 ? 'drop' : 'dead-letter';
}

/** @returns a plan for records whose values are numbers: what is written for one is its number */
export function planNumbered(
  names: PipeTopics,
  encoder: BatchEncoder,
  codec: Codec,
): (context: PlanContext) => PlanBatch {
  const limits = { maxMessageBytes: 1_000_000, maxRecords: 1_000, codec };
  return ({ cluster: topics }) =>
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
        targetWrites(emitted, partition, { input, target: output }, limits, encoder),
        targetWrites(deadLetters, partition, { input, target: deadLetter }, limits, encoder),
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
