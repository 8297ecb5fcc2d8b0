import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runSchedule } from './schedule.ts';
import { runWorker } from './run-worker.ts';

const EXPLORED_MS = 10_000;

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
            milliseconds: EXPLORED_MS,
          }),
        ),
      );
      expect(results.flatMap(({ found }) => found)).toEqual([]);
      expect(results.reduce((sum, { schedules }) => sum + schedules, 0)).toBeGreaterThan(100);
    },
    4 * EXPLORED_MS,
  );
});
