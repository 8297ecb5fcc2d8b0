import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestOf } from '../protocol/apis.ts';
import { lastHeader } from '../records/headers.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { ForeignChangesError } from '../snapshots/changes-writer.ts';
import { UnwrittenError } from '../snapshots/snapshot-writer.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { until } from '../transform/testing/service.ts';
import type { FoldOptions } from './fold-options.ts';
import {
  haveAll,
  INPUT,
  NEVER_MS,
  savedOffsets,
  SNAPSHOTS,
  startFolding,
  topicIdOf,
  write,
} from './testing/folding.ts';
import type { Folding } from './testing/folding.ts';

const CHANGES = 'counts';

describe('Changes beside snapshots', () => {
  let cluster: SimulatedCluster;
  let asked: string[];

  beforeEach(() => {
    asked = [];
    cluster = new SimulatedCluster({ seed: 21 });
    cluster.createTopic(INPUT, 1);
    cluster.createTopic(SNAPSHOTS, 1, { isCompacted: true });
    cluster.createTopic(CHANGES, 2, { isCompacted: true });
  });

  /** @param valueBytes of each change */
  function changes(valueBytes = 1): Required<Pick<FoldOptions, 'changes'>> {
    const record = (key: string): OutgoingRecord => ({
      ...{ key: Buffer.from(key), value: Buffer.alloc(valueBytes), timestamp: '1' },
    });
    return {
      changes: {
        topic: CHANGES,
        maxMessageBytes: 1_000_000,
        since: (partition) => {
          asked.push(`since ${partition}`);
          return ['one', 'two', 'three'].map(record);
        },
        assumeWritten: (partition) => asked.push(`assumed ${partition}`),
        forget: (partition) => asked.push(`forget ${partition}`),
      },
    };
  }

  const written = (): string[] =>
    cluster
      .read(CHANGES)
      .flatMap(({ committed }) => committed)
      .map(({ key, headers = [] }) => `${key?.toString()} ${lastHeader(headers, 'topic-id')}`);

  async function createAnew(...topic: Parameters<SimulatedCluster['createTopic']>): Promise<void> {
    cluster.deleteTopic(topic[0]);
    await cluster.run(cluster.now() + 20);
    cluster.createTopic(...topic);
  }

  /** Starts a process, and lets it save the state with one record. */
  async function savedBy(name: string, options: Partial<FoldOptions>): Promise<Folding> {
    const one = startFolding(cluster, name, options);
    write(cluster, 0, 'x');
    await until(cluster, () => savedOffsets(cluster, 0).includes(1));
    return one;
  }

  it('are written before them, each with the id of the topic that it comes of', async () => {
    write(cluster, 0, 'x');
    let isFirst = true;
    cluster.network.fault = (_process, _broker, api) => {
      if (api === 'Produce' && isFirst) {
        isFirst = false;
        expect(savedOffsets(cluster, 0)).toEqual([]);
      }
      return undefined;
    };
    startFolding(cluster, 'a', changes());
    await until(cluster, () => savedOffsets(cluster, 0).includes(1));
    const id = topicIdOf(cluster);
    expect(written().slice(0, 3).sort()).toEqual([`one ${id}`, `three ${id}`, `two ${id}`]);
    expect(isFirst).toBe(false);
  });

  it('are written of what was restored, though nothing is new', async () => {
    const one = startFolding(cluster, 'a', changes());
    await until(cluster, () => written().length === 3);
    void one.engine.stop();
    await until(cluster, () => one.engine.member.state === 'left');
    startFolding(cluster, 'b', changes());
    await until(cluster, () => written().length === 6);
  });

  it('that are refused for long keep all snapshots back, are asked for again, and end the engine', async () => {
    await createAnew(CHANGES, 2, { isCompacted: true, maxMessageBytes: 200 });
    const options = { snapshotIntervalMs: 50, stallTimeoutMs: 1_000 };
    const one = startFolding(cluster, 'a', { ...changes(1_000), ...options });
    await until(cluster, () => one.failures.length > 0);
    expect(asked.slice(0, 4)).toEqual(['since 0', 'forget 0', 'since 0', 'forget 0']);
    expect(one.failures[0]).toBeInstanceOf(UnwrittenError);
    expect(one.failures[0]).toMatchObject({
      topic: CHANGES,
      message: expect.stringContaining('MESSAGE_TOO_LARGE'),
    });
    expect(savedOffsets(cluster, 0)).toEqual([]);
  });

  it('wait for a leader, with the snapshots, however long that takes', async () => {
    const one = startFolding(cluster, 'a', { ...changes(), stallTimeoutMs: 10_000 });
    await until(cluster, haveAll(cluster, one));
    for (const partition of [0, 1]) cluster.holdLeaderless(CHANGES, partition, true);
    write(cluster, 0, 'x');
    await cluster.run(cluster.now() + 30_000);
    expect(savedOffsets(cluster, 0)).not.toContain(1);
    expect(one.events.some(({ kind }) => kind === 'unsaved')).toBe(true);
    for (const partition of [0, 1]) cluster.holdLeaderless(CHANGES, partition, false);
    await until(cluster, () => savedOffsets(cluster, 0).includes(1));
    expect(one.failures).toEqual([]);
  });

  it('are not mixed with those of another topic of the name', async () => {
    const first = await savedBy('a', changes());
    first.process.kill();
    for (const [topic, partitions] of [
      [INPUT, 1],
      [SNAPSHOTS, 1],
    ] as const) {
      await createAnew(topic, partitions, { isCompacted: topic === SNAPSHOTS });
    }
    await cluster.run(cluster.now() + 20);
    const before = written();
    const second = startFolding(cluster, 'b', changes());
    await until(cluster, () => second.failures.length > 0);
    expect(second.failures[0]).toBeInstanceOf(ForeignChangesError);
    expect(second.failures[0]).toMatchObject({ topic: CHANGES });
    expect(written()).toEqual(before);
  });

  it('are all written again when their topic is created anew', async () => {
    const one = startFolding(cluster, 'a', changes());
    await until(cluster, () => written().length === 3);
    await createAnew(CHANGES, 2, { isCompacted: true });
    asked.length = 0;
    await until(cluster, () => written().length === 3);
    expect(asked.slice(0, 2)).toEqual(['forget 0', 'since 0']);
    expect(one.failures).toEqual([]);
  });

  it('are all written again when their topic is created anew while snapshots of some partitions are written', async () => {
    const partitions = 20;
    await createAnew(INPUT, partitions);
    for (let partition = 0; partition < partitions; partition += 1) write(cluster, partition, 'x');
    let isSaving = false;
    // Meanwhile the process hears of the new topic.
    cluster.network.fault = (_process, _broker, api, request) => {
      const [first] = api === 'Produce' ? (request as RequestOf<'Produce'>).partitions : [];
      if (isSaving || first?.topic !== SNAPSHOTS) return undefined;
      isSaving = true;
      return { delay: 10_000 };
    };
    const one = startFolding(cluster, 'a', changes());
    await until(cluster, () => isSaving);
    await createAnew(CHANGES, 2, { isCompacted: true });
    await until(cluster, () => written().length === 3 * partitions);
    expect(one.failures).toEqual([]);
  });

  it('are not written again by the next owner where their topic has them', async () => {
    const one = await savedBy('a', changes());
    one.process.kill();
    asked.length = 0;
    const two = startFolding(cluster, 'b', changes());
    await until(cluster, haveAll(cluster, two));
    await until(cluster, () => asked.length >= 2);
    expect(asked.slice(0, 2)).toEqual(['assumed 0', 'since 0']);
  });

  it.each([
    ['their topic is another one', true],
    ['the owner before wrote none', false],
  ])('are written again by the next owner where %s', async (_which, written) => {
    const one = await savedBy('a', written ? changes() : {});
    one.process.kill();
    if (written) {
      await createAnew(CHANGES, 2, { isCompacted: true });
    }
    asked.length = 0;
    startFolding(cluster, 'b', changes());
    await until(cluster, () => asked.length > 0);
    expect(asked[0]).toBe('since 0');
  });

  it('are all written again when their topic is created anew after a restore', async () => {
    const one = await savedBy('a', changes());
    one.process.kill();
    asked.length = 0;
    startFolding(cluster, 'b', { ...changes(), snapshotIntervalMs: 10_000 });
    await until(cluster, () => asked.includes('assumed 0'));
    await createAnew(CHANGES, 2, { isCompacted: true });
    await until(cluster, () => asked.includes('since 0'));
    expect(asked).toEqual(['assumed 0', 'forget 0', 'since 0']);
  });

  it('are written before a partition is given up', async () => {
    const one = startFolding(cluster, 'a', { ...changes(), snapshotIntervalMs: NEVER_MS });
    write(cluster, 0, 'x');
    await until(cluster, haveAll(cluster, one));
    void one.engine.stop();
    await until(cluster, () => one.engine.member.state === 'left');
    expect(written()).toHaveLength(3);
    expect(savedOffsets(cluster, 0)).toEqual([1]);
  });
});
