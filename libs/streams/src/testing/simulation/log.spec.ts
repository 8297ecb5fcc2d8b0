import { beforeEach, describe, expect, it } from '@jest/globals';
import { EARLIEST, LATEST } from '../../protocol/log-apis.ts';
import type { FetchPartition } from '../../protocol/log-apis.ts';
import { brokerAddress } from './broker/controller.ts';
import { SimulatedContractCluster } from './simulated-contract-cluster.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

const record = (value: string, timestamp = 1) => ({
  key: null,
  value: Buffer.from(value),
  timestamp,
});

describe('logs of simulated brokers', () => {
  let contract: SimulatedContractCluster;
  let cluster: SimulatedCluster;

  beforeEach(async () => {
    contract = new SimulatedContractCluster({ seed: 9 });
    ({ cluster } = contract);
    await contract.createTopic('t', 1);
  });

  const leader = (partition = 0) => brokerAddress(cluster.partition('t', partition).leader);
  const fetch = async (
    change: Partial<FetchPartition> = {},
    maxWaitMs = 0,
    minBytes = 1,
    to = leader(),
  ) => {
    const { topicId, leaderEpoch } = cluster.partition('t', 0);
    const wanted = { topicId, partition: 0, leaderEpoch, offset: 0n, maxBytes: 1_000_000 };
    const request = { isolation: 'read_committed' as const, maxWaitMs, minBytes, maxBytes: 1e6 };
    const partitions = [{ ...wanted, ...change }];
    const answer = await contract.ports.wire.send(to, 'Fetch', { ...request, partitions });
    const [data] = answer.partitions;
    if (data === undefined) throw new Error('nothing fetched');
    return data;
  };
  const list = async (timestamp: bigint, leaderEpoch = -1) => {
    const partitions = [{ topic: 't', partition: 0, leaderEpoch, timestamp }];
    const request = { isolation: 'read_committed' as const, partitions };
    return (await contract.ports.wire.send(leader(), 'ListOffsets', request)).partitions[0];
  };

  it('brings whole batches, one at least, and says where the log ends', async () => {
    cluster.append('t', 0, [record('a'), record('b')]);
    cluster.append('t', 0, [record('c')]);
    const data = await fetch({ offset: 1n, maxBytes: 1 });
    expect(data).toMatchObject({ error: 'NONE', highWatermark: 3n, lastStableOffset: 3n });
    expect(data.records.batches.map(({ baseOffset }) => baseOffset)).toEqual([0]);
    expect((await fetch({ offset: 3n })).records.batches).toEqual([]);
    expect((await fetch({ offset: 4n })).error).toBe('OFFSET_OUT_OF_RANGE');
    await contract.deleteRecords('t', 0, 2n);
    expect((await fetch({ offset: 1n })).error).toBe('OFFSET_OUT_OF_RANGE');
    expect((await fetch({ offset: 2n })).logStartOffset).toBe(2n);
  });

  it('waits for records, no longer than it may', async () => {
    const began = cluster.now();
    expect((await fetch({}, 500)).records.batches).toEqual([]);
    expect(cluster.now() - began).toBeGreaterThanOrEqual(500);
    cluster.at(cluster.now() + 100, () => cluster.append('t', 0, [record('a')]));
    expect((await fetch({}, 60_000)).records.batches).toHaveLength(1);
    expect(cluster.now() - began).toBeLessThan(1_000);
    cluster.at(cluster.now() + 100, () => {
      cluster.moveLeader('t', 0);
    });
    expect((await fetch({}, 60_000, 1e6)).error).toBe('FENCED_LEADER_EPOCH');
  });

  it('tells leaders and their epochs apart', async () => {
    cluster.append('t', 0, [record('a')]);
    const old = leader();
    cluster.moveLeader('t', 0);
    await contract.ports.clock.sleep(50);
    expect((await fetch({ leaderEpoch: 0 })).error).toBe('FENCED_LEADER_EPOCH');
    expect((await fetch({ leaderEpoch: 2 })).error).toBe('UNKNOWN_LEADER_EPOCH');
    expect(await list(LATEST, 0)).toMatchObject({ error: 'FENCED_LEADER_EPOCH' });
    const partitions = [{ topic: 't', partition: 0, leaderEpoch: -1, timestamp: LATEST }];
    const request = { isolation: 'read_committed' as const, partitions };
    const answer = await contract.ports.wire.send(old, 'ListOffsets', request);
    expect(answer.partitions[0]?.error).toBe('NOT_LEADER_OR_FOLLOWER');
    const epochs = [{ topic: 't', partition: 0, currentLeaderEpoch: 1, leaderEpoch: 0 }];
    const ended = await contract.ports.wire.send(leader(), 'OffsetForLeaderEpoch', {
      partitions: epochs,
    });
    expect(ended.partitions[0]).toMatchObject({ error: 'NONE', leaderEpoch: 0, endOffset: 1n });
  });

  it('finds offsets by time', async () => {
    cluster.append('t', 0, [record('a', 100), record('b', 300), record('c', 200)]);
    expect(await list(EARLIEST)).toMatchObject({ offset: 0n, leaderEpoch: 0 });
    expect(await list(LATEST)).toMatchObject({ offset: 3n, leaderEpoch: 0 });
    expect(await list(150n)).toMatchObject({ offset: 1n });
    expect(await list(301n)).toMatchObject({ error: 'NONE', offset: -1n });
  });

  it('does not take a topic for another one of its name', async () => {
    const { topicId } = cluster.partition('t', 0);
    await contract.deleteTopic('t');
    await contract.createTopic('t', 1);
    expect((await fetch({ topicId })).error).toBe('UNKNOWN_TOPIC_ID');
    expect((await fetch()).error).toBe('NONE');
    expect((await fetch({ partition: 1 })).error).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    await contract.growTopic('t', 2);
    expect((await fetch({ partition: 1 }, 0, 1, leader(1))).error).toBe('NONE');
  });

  it('shows a partition without a leader, and brokers that know less than others', async () => {
    cluster.controller.delays.metadataMs = 500;
    cluster.holdLeaderless('t', 0, true);
    const ask = async (id: number) => {
      const to = brokerAddress(id);
      const answer = await contract.ports.wire.send(to, 'Metadata', { topics: ['t', 'none'] });
      return answer.topics.map(({ error, partitions }) => [error, partitions[0]?.error]);
    };
    const answers = await Promise.all([ask(1), ask(2), ask(3)]);
    expect(answers).toContainEqual([
      ['NONE', 'NONE'],
      ['UNKNOWN_TOPIC_OR_PARTITION', undefined],
    ]);
    await contract.ports.clock.sleep(600);
    expect((await ask(1))[0]).toEqual(['NONE', 'LEADER_NOT_AVAILABLE']);
    cluster.holdLeaderless('t', 0, false);
    await contract.ports.clock.sleep(600);
    expect((await ask(1))[0]).toEqual(['NONE', 'NONE']);
  });

  it('goes down and comes back with its only broker', async () => {
    const single = new SimulatedContractCluster({ seed: 1, brokers: 1 });
    await single.createTopic('t', 1);
    single.cluster.append('t', 0, [record('a')]);
    single.cluster.killBroker(1);
    const { wire, clock } = single.ports;
    const metadata = { topics: ['t'] };
    await expect(wire.send('any', 'Metadata', metadata)).rejects.toThrow('cannot be reached');
    await clock.sleep(1_000);
    single.cluster.restartBroker(1);
    await clock.sleep(1_000);
    const answer = await wire.send('any', 'Metadata', metadata);
    expect(answer.topics[0]?.partitions[0]).toMatchObject({ leader: 1, leaderEpoch: 2 });
    expect(single.cluster.read('t')[0]?.committed).toHaveLength(1);
  });

  it('loses by compaction what a later record replaces, and tombstones behind which nothing is left', async () => {
    const keyed = (key: string, value: string | null) => ({
      ...record(''),
      key: Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
    });
    cluster.append('t', 0, [keyed('a', '1'), keyed('b', '1'), keyed('c', '1')]);
    cluster.append('t', 0, [keyed('a', '2'), keyed('b', null)]);
    cluster.append('t', 0, [keyed('c', '2'), keyed('c', '3')]);
    const left = () =>
      cluster
        .read('t')[0]
        ?.committed.map(({ offset, key, value }) => [offset, `${String(key)} ${String(value)}`]);
    cluster.compact('t', 0, 0);
    expect(left()).toHaveLength(7);
    cluster.compact('t', 0, 1);
    // The last batch is as the active segment: nothing of it goes.
    expect(left()).toEqual([
      ['3', 'a 2'],
      ['5', 'c 2'],
      ['6', 'c 3'],
    ]);
    const data = await fetch({ offset: 1n });
    expect(data.records.batches.map(({ lastOffset }) => lastOffset)).toEqual([4, 6]);
    expect(data).toMatchObject({ error: 'NONE', highWatermark: 7n });
  });
});
