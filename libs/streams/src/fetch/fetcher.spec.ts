import { beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster } from '../cluster/cluster.ts';
import type { RequestOf } from '../protocol/apis.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import type { SimulatedProcess } from '../testing/simulation/index.ts';
import { Fetcher } from './fetcher.ts';
import type { FetchPosition, FetchReader } from './fetcher.ts';

const TOPIC = 'in';
/** Longer than a broker waits for records. */
const A_POLL_MS = 600;

describe('Fetcher', () => {
  let simulated: SimulatedCluster;
  let process: SimulatedProcess;
  let cluster: Cluster;
  let fetcher: Fetcher;
  let told: string[];

  beforeEach(async () => {
    simulated = new SimulatedCluster({ seed: 4, brokers: 3 });
    simulated.createTopic(TOPIC, 6);
    await simulated.run(1_000);
    process = simulated.process('reader');
    cluster = new Cluster(process, [TOPIC]);
    told = [];
    void cluster.refresh();
    await simulated.run(1_100);
    const { clock } = process;
    const onFatal = (error: unknown): void => {
      told.push(`fatal: ${String(error)}`);
    };
    fetcher = new Fetcher({ cluster, clock, topic: TOPIC, lingerMs: 0, onFatal });
  });

  function read(partition: number): void {
    const reader: FetchReader = {
      partition,
      onFetched: ({ records }) => told.push(`${partition}: ${records.batches.length}`),
      onFailed: (failure) => told.push(`${partition}: ${failure}`),
    };
    fetcher.register(reader);
    fetcher.want(reader, position(partition));
  }

  function position(partition: number): FetchPosition {
    const topicId = cluster.topic(TOPIC)?.topicId ?? '';
    const leaderEpoch = cluster.leader(TOPIC, partition)?.epoch ?? -1;
    return { topicId, offset: 0n, leaderEpoch };
  }

  /** @returns two partitions that one broker leads */
  function together(): [number, number] {
    const leaders = Array.from({ length: 6 }, (_, one) => cluster.leader(TOPIC, one)?.broker.id);
    const second = leaders.findIndex((leader, index) => leaders.indexOf(leader) < index);
    return [leaders.indexOf(leaders[second]), second];
  }

  it('finds a partition that has moved, when its new leader is known only later', async () => {
    const [stays, moves] = together();
    read(stays);
    read(moves);
    await simulated.run(simulated.now() + 100);
    let isLost = false;
    simulated.network.fault = (_process, _broker, api) => {
      if (api !== 'Metadata' || isLost) return undefined;
      isLost = true;
      return 'lose-request';
    };
    simulated.moveLeader(TOPIC, moves);
    // The fetcher waits for the same answer, hears as little, and pauses: meanwhile others hear more.
    const again = (): Promise<void> => cluster.refresh();
    void cluster.refresh().catch(again);
    await simulated.run(simulated.now() + 10_000);
    expect(isLost).toBe(true);
    expect(told).toEqual([`${moves}: moved`]);
  });

  it('lets brokers wait for records when all that is read waits, at whichever broker', async () => {
    for (let partition = 0; partition < 6; partition += 1) read(partition);
    const waits: number[] = [];
    simulated.network.fault = (_process, _broker, api, request) => {
      if (api === 'Fetch') waits.push((request as RequestOf<'Fetch'>).maxWaitMs);
      return undefined;
    };
    await simulated.run(simulated.now() + 4 * A_POLL_MS);
    expect(new Set(waits)).toEqual(new Set([500]));
  });
});
