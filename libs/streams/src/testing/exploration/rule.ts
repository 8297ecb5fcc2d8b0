import type { Cluster } from '../../cluster/cluster.ts';
import { NO_FLOW } from '../../plan/flow.ts';
import { UndecidedError } from '../../plan/undecided-error.ts';
import type { BatchEncoder } from '../../ports.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { PlanBatch } from '../../transform/lane.ts';
import { targetWrites } from '../../transform/target-writes.ts';

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
export function planBy(encoder: BatchEncoder): (cluster: Pick<Cluster, 'topic'>) => PlanBatch {
  return (cluster) =>
    async ({ partition, records }) => {
      const emitted: OutgoingRecord[] = [];
      const deadLetters: OutgoingRecord[] = [];
      for (const { key, value, timestamp } of records) {
        const outcome = outcomeOf(Number(String(value)));
        if (outcome === 'emit') emitted.push({ key, value, timestamp });
        if (outcome === 'dead-letter') deadLetters.push({ key, value, timestamp });
      }
      const [input, output, deadLetter] = [INPUT, OUTPUT, DEAD_LETTERS].map((name) =>
        cluster.topic(name),
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
