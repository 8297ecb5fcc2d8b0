import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runSchedule } from './schedule.ts';
import { runWorker } from './run-worker.ts';

/** Some seconds of two cores. */
const SCHEDULES = 400;
/** A busy machine may take many times as long. */
const HANGS_MS = 300_000;

describe('A schedule', () => {
  it('is the same each time that its seed is used, to the last request', async () => {
    const traces = [[], []] as string[][];
    for (const trace of traces) {
      await runSchedule({
        seed: 1,
        onTrace: (line) => {
          trace.push(line);
        },
      });
    }
    expect(traces[0]?.length).toBeGreaterThan(100);
    expect(traces[1]).toEqual(traces[0]);
  });
});

describe('The engine', () => {
  it(
    'gets every record through hundreds of schedules once',
    async () => {
      const step = availableParallelism();
      const results = await Promise.all(
        Array.from({ length: step }, (_, worker) =>
          runWorker({
            file: join(import.meta.dirname, 'worker.ts'),
            firstSeed: 1 + worker,
            step,
            schedules: Math.ceil(SCHEDULES / step),
          }),
        ),
      );
      expect(results.flatMap(({ found }) => found)).toEqual([]);
      const explored = results.reduce((sum, { schedules }) => sum + schedules, 0);
      expect(explored).toBeGreaterThanOrEqual(SCHEDULES);
    },
    HANGS_MS,
  );
});
