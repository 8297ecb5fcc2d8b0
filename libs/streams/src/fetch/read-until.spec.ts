import { beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster } from '../cluster/cluster.ts';
import { UnansweredError } from '../ports.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { StalledError } from '../watch/stalled-error.ts';
import { PositionLostError } from './partition-reader.ts';
import { readLimits } from './read-limits.ts';
import { ReadMemory } from './read-memory.ts';
import { readUntil } from './read-until.ts';

const TOPIC = 'in';
const STALL_TIMEOUT_MS = 10_000;

describe('readUntil', () => {
  let simulated: SimulatedCluster;

  beforeEach(() => {
    simulated = new SimulatedCluster({ seed: 5 });
    simulated.createTopic(TOPIC, 1);
  });

  function append(...values: string[]): void {
    for (const value of values) {
      simulated.append(TOPIC, 0, [{ key: null, value: Buffer.from(value), timestamp: 1 }]);
    }
  }

  /** @param between happens after each piece @returns the values, or what was thrown */
  async function read(end: bigint, between = (): void => undefined): Promise<unknown> {
    const process = simulated.process('reader');
    const { clock } = process;
    const cluster = new Cluster(process, [TOPIC]);
    const reading = { limits: { ...readLimits(), pieceRecords: 1 }, memory: new ReadMemory(1e6) };
    const source = { cluster, clock, topic: TOPIC, partition: 0, reading };
    const values: string[] = [];
    let outcome: unknown;
    readUntil(source, end, STALL_TIMEOUT_MS, ({ records }) => {
      for (const { value } of records) values.push(String(value));
      between();
      return Promise.resolve(values.length < 5);
    }).then(
      () => (outcome = values),
      (error: unknown) => (outcome = error),
    );
    await simulated.run(simulated.now() + 60_000, () => outcome !== undefined);
    return outcome;
  }

  it('gives what is there, from the earliest record on', async () => {
    append('gone', 'a', 'b');
    simulated.deleteRecords(TOPIC, 0, 1);
    expect(await read(3n)).toEqual(['a', 'b']);
  });

  it('ends at once where there is nothing, and where no more is wanted', async () => {
    expect(await read(0n)).toEqual([]);
    append('a', 'b', 'c', 'd', 'e', 'f', 'g');
    expect(await read(7n)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('goes on with another leader where it was', async () => {
    append('a', 'b', 'c');
    expect(
      await read(4n, () => {
        simulated.moveLeader(TOPIC, 0);
        if (simulated.partition(TOPIC, 0).log.end < 4) append('d');
      }),
    ).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives up when nothing comes for long', async () => {
    append('a');
    simulated.holdLeaderless(TOPIC, 0, true);
    expect(await read(1n)).toBeInstanceOf(StalledError);
  });

  it('ends with what its pieces come to', async () => {
    append('a', 'b');
    const failure = new UnansweredError('A write was not answered');
    let pieces = 0;
    const fail = (): void => {
      pieces += 1;
      throw failure;
    };
    expect(await read(2n, fail)).toBe(failure);
    expect(pieces).toBe(1);
  });

  it('does not go on in another log', async () => {
    append('a', 'b');
    const recreate = (): void => {
      simulated.deleteTopic(TOPIC);
      simulated.createTopic(TOPIC, 1);
      append('c', 'd', 'e', 'f');
    };
    expect(await read(4n, recreate)).toBeInstanceOf(PositionLostError);
  });
});
