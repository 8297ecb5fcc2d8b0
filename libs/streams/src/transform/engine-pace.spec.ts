import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestOf } from '../protocol/apis.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { append, GROUP, INPUT, OUTPUT, outputs, startService, until } from './testing/service.ts';
import type { Service } from './testing/service.ts';

const PARTITIONS = 6;

describe('The engine paces its requests', () => {
  let cluster: SimulatedCluster;

  beforeEach(() => {
    cluster = new SimulatedCluster({ seed: 7, transactionVersion: 2 });
  });

  async function startWith(partitions: number): Promise<Service> {
    cluster.createTopic(INPUT, partitions);
    cluster.createTopic(OUTPUT, partitions);
    const service = startService(cluster, 'a');
    const isPositioned = (): boolean => cluster.committed(GROUP).length === partitions;
    await until(cluster, isPositioned);
    return service;
  }

  const isOut = (partition: number, value: string) => (): boolean =>
    outputs(cluster, partition).includes(value);

  it('has all that comes during a transaction in the next one', async () => {
    const { events } = await startWith(1);
    const committed = (): number =>
      events.filter((event) => event.kind === 'transaction' && event.outcome === 'committed')
        .length;
    // That with which the partition began.
    await until(cluster, () => committed() === 1);
    let isFirst = true;
    cluster.network.fault = (_process, _broker, api) => {
      if (api !== 'EndTxn' || !isFirst) return undefined;
      isFirst = false;
      return { delay: 100 };
    };
    append(cluster, 0, 'first');
    await until(cluster, () => !isFirst);
    for (const value of ['second', 'third', 'fourth']) {
      await cluster.run(cluster.now() + 20);
      append(cluster, 0, value);
    }
    await until(cluster, isOut(0, 'fourth'));
    await cluster.run(cluster.now() + 50);
    expect(committed()).toBe(3);
    expect(outputs(cluster, 0)).toEqual(['first', 'second', 'third', 'fourth']);
  });

  it('fetches large records no further ahead than one', async () => {
    const { events } = await startWith(1);
    const worked = (): number[] =>
      events.flatMap((event) => (event.kind === 'committed' ? [event.records] : []));
    let isFirst = true;
    cluster.network.fault = (_process, _broker, api) => {
      if (api !== 'EndTxn' || !isFirst) return undefined;
      isFirst = false;
      return { delay: 100 };
    };
    const large = 'x'.repeat(200_000);
    append(cluster, 0, large);
    await until(cluster, () => !isFirst);
    for (let count = 0; count < 3; count += 1) {
      await cluster.run(cluster.now() + 20);
      append(cluster, 0, large);
    }
    await until(cluster, () => worked().reduce((sum, records) => sum + records, 0) === 4);
    expect(worked()[1]).toBe(1);
  });

  it('sends a broker that gets both the records first, and a moment later the offsets', async () => {
    await startWith(PARTITIONS);
    const { leader: coordinator } = cluster.groups.partitionOf(GROUP);
    const sent = new Map<string, number>();
    cluster.network.fault = (_process, _broker, api) => {
      sent.set(api, cluster.now());
      return undefined;
    };
    const pauses = new Map<boolean, Set<boolean>>();
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      append(cluster, partition, 'record');
      await until(cluster, isOut(partition, 'record'));
      await cluster.run(cluster.now() + 50);
      const isShared = cluster.partition(OUTPUT, partition).leader === coordinator;
      const pause = (sent.get('TxnOffsetCommit') ?? 0) - (sent.get('Produce') ?? 0);
      pauses.set(isShared, (pauses.get(isShared) ?? new Set<boolean>()).add(pause >= 1));
    }
    expect(pauses).toEqual(
      new Map([
        [true, new Set([true])],
        [false, new Set([false])],
      ]),
    );
  });

  it('asks each of many partitions for less at once', async () => {
    const asked = new Map<number, number>();
    const watch = (partitions: number): void => {
      cluster.network.fault = (_process, _broker, api, request) => {
        if (api !== 'Fetch') return undefined;
        const { partitions: wanted } = request as RequestOf<'Fetch'>;
        asked.set(partitions, Math.max(...wanted.map(({ maxBytes }) => maxBytes)));
        return undefined;
      };
    };
    for (const partitions of [4, 64]) {
      cluster = new SimulatedCluster({ seed: 7, transactionVersion: 2 });
      const { engine } = await startWith(partitions);
      watch(partitions);
      append(cluster, 0, 'record');
      await until(cluster, isOut(0, 'record'));
      expect(engine.waiting.size).toBe(0);
    }
    expect(asked).toEqual(
      new Map([
        [4, 1024 * 1024],
        [64, 512 * 1024],
      ]),
    );
  });
});
