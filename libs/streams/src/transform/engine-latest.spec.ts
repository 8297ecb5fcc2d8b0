import { describe, expect, it } from '@jest/globals';
import { LatestUnreadableError } from '../latest/latest-partition.ts';
import type { RequestOf } from '../protocol/apis.ts';
import { EARLIEST } from '../protocol/log-apis.ts';
import { SimulatedCluster, SimulatedOutgoing } from '../testing/simulation/index.ts';
import type { SimulationOptions } from '../testing/simulation/index.ts';
import type { TopicConfig } from '../testing/topic-config.ts';
import { DEAD_LETTERS, LATEST, plannedWork } from './testing/planned-work.ts';
import {
  append,
  GROUP,
  INPUT,
  isDecided,
  OUTPUT,
  outputs,
  startService,
  until,
} from './testing/service.ts';
import type { Service } from './testing/service.ts';

/** After a tombstone, within so long its key is forgotten. */
const FORGOTTEN_MS = 2_000;
/** So long a topic cannot be read: for the session of the last member, and longer than a plan waits. */
const SLOW_MS = 30_000;

function topics(options: Partial<SimulationOptions> = {}, output: TopicConfig = {}) {
  const cluster = new SimulatedCluster({ seed: 21, ...options });
  cluster.createTopic(INPUT, 1);
  cluster.createTopic(OUTPUT, 1, output);
  cluster.createTopic(DEAD_LETTERS, 1);
  cluster.createTopic(LATEST, 1, { isCompacted: true });
  return cluster;
}

const start = (cluster: SimulatedCluster, name: string): Service =>
  startService(cluster, name, INPUT, plannedWork(true).options);

const latest = (cluster: SimulatedCluster): string[] => outputs(cluster, 0, LATEST);

/** Has records processed one after another. */
async function process(cluster: SimulatedCluster, ...values: readonly string[]): Promise<void> {
  for (const value of values) {
    append(cluster, 0, value);
    const isOut = (): boolean => outputs(cluster, 0).includes(value.toUpperCase());
    await until(cluster, () => isOut() && isDecided(cluster, [LATEST]));
  }
}

/** @returns how often the topic of the latest records was fetched so far */
function fetches(cluster: SimulatedCluster): () => number {
  let count = 0;
  const { topicId } = cluster.partition(LATEST, 0);
  cluster.network.fault = (_process, _broker, api, request) => {
    if (api === 'Fetch') {
      const { partitions } = request as RequestOf<'Fetch'>;
      if (partitions.some((asked) => asked.topicId === topicId)) count += 1;
    }
    return undefined;
  };
  return () => count;
}

describe.each([1, 2] as const)('Latest records, with transactions of version %i', (version) => {
  it('are written by time, not by order', async () => {
    const cluster = topics({ transactionVersion: version });
    const service = start(cluster, 'a');
    await process(cluster, 'ann@50', 'ann@40', 'bob@10', 'ann@60');
    expect(latest(cluster)).toEqual(['ANN@50', 'BOB@10', 'ANN@60']);
    expect(service.failures).toEqual([]);
  });

  it('are known again after a kill: no older one overwrites a newer one', async () => {
    const cluster = topics({ transactionVersion: version });
    const killed = start(cluster, 'a');
    await process(cluster, 'ann@50');
    killed.process.kill();
    const service = start(cluster, 'b');
    await process(cluster, 'ann@40', 'ann@60');
    expect(latest(cluster)).toEqual(['ANN@50', 'ANN@60']);
    expect(service.failures).toEqual([]);
  });

  it('are forgotten by a tombstone, within some seconds', async () => {
    const cluster = topics({ transactionVersion: version });
    const service = start(cluster, 'a');
    await process(cluster, 'ann@50', 'bob@50');
    cluster.append(LATEST, 0, [{ key: Buffer.from('ann'), value: null, timestamp: 1 }]);
    await cluster.run(cluster.now() + FORGOTTEN_MS);
    await process(cluster, 'ann@40', 'bob@40');
    expect(latest(cluster)).toEqual(['ANN@50', 'BOB@50', 'null', 'ANN@40']);
    expect(service.failures).toEqual([]);
  });
});

describe('Latest records', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'are known to a successor before their markers are there (seed %i)',
    async (seed) => {
      const cluster = topics({ seed, settings: { markerMs: 400 } });
      const first = start(cluster, 'a');
      await until(cluster, () => first.engine.member.owned.size === 1);
      append(cluster, 0, 'ann@50');
      // Written, and its transaction is ended, before its markers come.
      await until(cluster, () => cluster.partition(LATEST, 0).log.end > 0);
      void first.engine.stop();
      append(cluster, 0, 'ann@40');
      start(cluster, 'b');
      await until(cluster, () => outputs(cluster, 0).length === 2);
      await cluster.run(cluster.now() + 5_000);
      expect(latest(cluster)).toEqual(['ANN@50']);
    },
  );

  it('of which the answer was lost are known all the same, and others’ behind them', async () => {
    const cluster = topics();
    start(cluster, 'a');
    await process(cluster, 'ann@10');
    let isLost = false;
    cluster.network.fault = (_process, _broker, api) => {
      if (api !== 'EndTxn' || isLost) return undefined;
      isLost = true;
      return 'lose-answer';
    };
    await process(cluster, 'ann@50', 'ann@40');
    cluster.append(LATEST, 0, [{ key: Buffer.from('ann'), value: null, timestamp: 1 }]);
    await cluster.run(cluster.now() + FORGOTTEN_MS);
    await process(cluster, 'ann@30');
    expect(isLost).toBe(true);
    expect(latest(cluster)).toEqual(['ANN@10', 'ANN@50', 'null', 'ANN@30']);
  });

  it('do not wait for a transaction that others leave open behind a tombstone', async () => {
    const cluster = topics();
    const service = start(cluster, 'a');
    await process(cluster, 'ann@50');
    const ann = { key: Buffer.from('ann'), value: null, timestamp: 1 };
    cluster.append(LATEST, 0, [ann]);
    const partition = cluster.partition(LATEST, 0);
    const open = { producerId: 77, epoch: 0, baseSequence: 0, isTransactional: true };
    const claimed = { ...open, count: 1, isFromClient: true };
    const guard = partition.log.producers.startVerification(claimed, false);
    expect(partition.log.append(claimed, new SimulatedOutgoing([ann]), guard).error).toBe('NONE');
    await cluster.run(cluster.now() + FORGOTTEN_MS);
    append(cluster, 0, 'ann@60');
    expect(await until(cluster, () => latest(cluster).includes('ANN@60'))).toBeLessThan(1_000);
    expect(service.failures).toEqual([]);
  });

  it('whose output is refused are none', async () => {
    const cluster = topics({}, { maxMessageBytes: 500 });
    const service = start(cluster, 'a');
    const large = `ann@50${' '.repeat(600)}`;
    append(cluster, 0, large);
    await until(cluster, () => outputs(cluster, 0, DEAD_LETTERS).includes(large));
    await process(cluster, 'ann@40');
    expect(latest(cluster)).toEqual(['ANN@40']);
    expect(service.failures).toEqual([]);
  });

  it('are read back by one reader, which is gone afterwards', async () => {
    const cluster = topics();
    const killed = start(cluster, 'a');
    await process(cluster, 'ann@50');
    killed.process.kill();
    const count = fetches(cluster);
    start(cluster, 'b');
    await process(cluster, 'of no one');
    const read = count();
    expect(read).toBeGreaterThan(0);
    await cluster.run(cluster.now() + 10_000);
    expect(count()).toBe(read);
    // What it has written itself it knows.
    for (const value of ['ann@60', 'ann@70', 'ann@80']) {
      await process(cluster, value);
      await cluster.run(cluster.now() + 2_000);
    }
    expect(count()).toBe(read);
  });

  it('that take long to be read back are reported, and the partition goes on with them', async () => {
    const cluster = topics();
    const killed = start(cluster, 'a');
    await process(cluster, 'ann@50');
    killed.process.kill();
    const { topicId } = cluster.partition(LATEST, 0);
    const service = start(cluster, 'b');
    const goesOnAt = cluster.now() + SLOW_MS;
    let begun = 0;
    cluster.network.fault = (_process, _broker, api, request) => {
      if (api === 'ListOffsets') {
        const { partitions } = request as RequestOf<'ListOffsets'>;
        const isBegin = (asked: (typeof partitions)[number]): boolean =>
          asked.topic === LATEST && asked.timestamp === EARLIEST;
        if (partitions.some(isBegin)) begun += 1;
      }
      if (api !== 'Fetch' || cluster.now() > goesOnAt) return undefined;
      const { partitions } = request as RequestOf<'Fetch'>;
      return partitions.some((asked) => asked.topicId === topicId) ? 'lose-request' : undefined;
    };
    append(cluster, 0, 'ann@40');
    await cluster.run(goesOnAt);
    await process(cluster, 'ann@60');
    expect(latest(cluster)).toEqual(['ANN@50', 'ANN@60']);
    expect(service.events.flatMap((it) => (it.kind === 'waiting' ? [it.reason] : []))).toEqual([
      'The latest records of partition 0 of topic "latest" are being read',
      undefined,
    ]);
    expect(begun).toBe(1);
    expect(service.failures).toEqual([]);
  });

  it('are read back while their leader moves', async () => {
    const cluster = topics();
    const killed = start(cluster, 'a');
    await process(cluster, ...Array.from({ length: 20 }, (_, index) => `ann@${20 + index}`));
    killed.process.kill();
    const count = fetches(cluster);
    const service = start(cluster, 'b');
    append(cluster, 0, 'ann@5');
    await until(cluster, () => count() > 0);
    cluster.moveLeader(LATEST, 0);
    await process(cluster, 'ann@7');
    expect(latest(cluster).at(-1)).toBe('ANN@39');
    expect(service.failures).toEqual([]);
  });

  it('begin empty where their topic was created anew', async () => {
    const cluster = topics();
    const service = start(cluster, 'a');
    await process(cluster, 'ann@50');
    cluster.deleteTopic(LATEST);
    await cluster.run(cluster.now() + 100);
    cluster.createTopic(LATEST, 1);
    await cluster.run(cluster.now() + 10_000);
    await process(cluster, 'ann@40');
    expect(latest(cluster)).toEqual(['ANN@40']);
    expect(service.failures).toEqual([]);
  });

  it('wait for partitions that their topic lacks, and say so', async () => {
    const cluster = topics();
    const service = start(cluster, 'a');
    await process(cluster, 'ann@50');
    cluster.growTopic(INPUT, 2);
    await cluster.run(cluster.now() + 10_000);
    append(cluster, 1, 'bob@10');
    await until(cluster, () =>
      service.events.some(
        (event) => event.kind === 'waiting' && event.reason?.includes('both must have as many'),
      ),
    );
    for (const topic of [OUTPUT, LATEST]) cluster.growTopic(topic, 2);
    await until(cluster, () => outputs(cluster, 1, LATEST).length === 1);
    expect(service.failures).toEqual([]);
  });

  it('that cannot be read end the engine, and name their topic', async () => {
    const cluster = topics();
    const killed = start(cluster, 'a');
    await process(cluster, 'ann@50');
    killed.process.kill();
    const { topicId } = cluster.partition(LATEST, 0);
    for (const broker of cluster.brokers) {
      const { handlers } = broker;
      if (handlers === undefined) throw new Error('The broker has no handlers');
      const damage = { offset: 0, lastOffset: 0, reason: 'its checksum is wrong' };
      broker.handlers = {
        ...handlers,
        Fetch: (to, request, answer, caller) => {
          handlers.Fetch(
            to,
            request,
            (response) => {
              const partitions = response.partitions.map((data) =>
                data.topicId === topicId ? { ...data, records: { batches: [], damage } } : data,
              );
              answer({ ...response, partitions });
            },
            caller,
          );
        },
      };
    }
    const service = start(cluster, 'b');
    append(cluster, 0, 'ann@60');
    await until(cluster, () => service.failures.length > 0);
    expect(service.failures).toEqual([expect.any(LatestUnreadableError)]);
    expect(String(service.failures[0])).toContain(`"${LATEST}"`);
    expect(cluster.committed(GROUP)).toMatchObject([{ offset: 1n }]);
  });
});
