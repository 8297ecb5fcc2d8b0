import { beforeEach, describe, expect, it } from '@jest/globals';
import { brokerAddress } from './broker/controller.ts';
import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC } from './broker/topics.ts';
import { SimulatedContractCluster } from './simulated-contract-cluster.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

describe('coordinators', () => {
  let contract: SimulatedContractCluster;
  let cluster: SimulatedCluster;

  beforeEach(() => {
    contract = new SimulatedContractCluster({ seed: 4, settings: { loadMs: 100 } });
    ({ cluster } = contract);
  });

  const init = async (id: number) => {
    const request = { transactionalId: 'id', timeoutMs: 1_000 };
    const to = brokerAddress(id);
    return (await contract.ports.wire.send(to, 'InitProducerId', request)).error;
  };
  const heartbeat = async (id: number) => {
    const request = { groupId: 'g', memberId: 'm', generation: 1 };
    return (await contract.ports.wire.send(brokerAddress(id), 'Heartbeat', request)).error;
  };
  const find = (kind: 'group' | 'transaction', key: string) =>
    contract.ports.wire.send(brokerAddress(1), 'FindCoordinator', { kind, key });

  it('are found, move, and read what they coordinate before they answer', async () => {
    const { broker } = await find('transaction', 'id');
    const partition = cluster.transactions.partitionOf('id');
    expect(broker.id).toBe(partition.leader);
    expect(await init(broker.id)).toBe('NONE');
    const next = (broker.id % 3) + 1;
    expect(await init(next)).toBe('NOT_COORDINATOR');
    cluster.moveLeader(TRANSACTIONS_TOPIC, partition.index, next);
    const errors = new Set<string>();
    for (let round = 0; round < 100; round += 1) errors.add(await init(next));
    expect([...errors]).toEqual(['COORDINATOR_LOAD_IN_PROGRESS', 'NONE']);
    expect(await init(broker.id)).toBe('NOT_COORDINATOR');
    expect((await find('transaction', 'id')).broker.id).toBe(next);
  });

  it('of groups do so, too', async () => {
    const { broker } = await find('group', 'g');
    const partition = cluster.groups.partitionOf('g');
    expect(await heartbeat(broker.id)).toBe('UNKNOWN_MEMBER_ID');
    cluster.moveLeader(OFFSETS_TOPIC, partition.index);
    expect(await heartbeat(broker.id)).toBe('NOT_COORDINATOR');
    const errors = new Set<string>();
    for (let round = 0; round < 100; round += 1) errors.add(await heartbeat(partition.leader));
    expect([...errors]).toEqual(['COORDINATOR_LOAD_IN_PROGRESS', 'UNKNOWN_MEMBER_ID']);
  });

  it('are not available while their partition has no leader', async () => {
    const { index } = cluster.groups.partitionOf('g');
    cluster.holdLeaderless(OFFSETS_TOPIC, index, true);
    await contract.ports.clock.sleep(100);
    expect((await find('group', 'g')).error).toBe('COORDINATOR_NOT_AVAILABLE');
    cluster.holdLeaderless(OFFSETS_TOPIC, index, false);
    await contract.ports.clock.sleep(200);
    expect((await find('group', 'g')).error).toBe('NONE');
  });

  it('of transactions that do not answer have a leader refuse records for now', async () => {
    await contract.createTopic('t', 1);
    const { leader } = cluster.partition('t', 0);
    const { index } = cluster.transactions.partitionOf('id');
    const produce = async () => {
      const records = [{ key: null, value: null, timestamp: 1 }];
      const batch = await contract.ports.encoder.encode(records, 'none');
      const stamp = { producerId: 1000n, epoch: 0, baseSequence: 0 };
      const { partitions } = await contract.ports.wire.send(brokerAddress(leader), 'Produce', {
        transactionalId: 'id',
        addsPartitions: true,
        timeoutMs: 1_000,
        partitions: [{ topic: 't', partition: 0, batch, stamp }],
      });
      return partitions[0]?.error;
    };
    cluster.holdLeaderless(TRANSACTIONS_TOPIC, index, true);
    expect(await produce()).toBe('NOT_ENOUGH_REPLICAS');
    cluster.holdLeaderless(TRANSACTIONS_TOPIC, index, false);
    await contract.ports.clock.sleep(200);
    expect(await produce()).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await init(cluster.transactions.partitionOf('id').leader)).toBe('NONE');
    expect(await produce()).toBe('NONE');
  });

  it('list the transactions of one broker', async () => {
    const { leader } = cluster.transactions.partitionOf('id');
    await init(leader);
    const list = async (id: number) => {
      const request = { states: [], producerIds: [] };
      const to = brokerAddress(id);
      return (await contract.ports.wire.send(to, 'ListTransactions', request)).transactions;
    };
    expect(await list(leader)).toEqual([
      { transactionalId: 'id', state: 'Empty', producerId: 1000n },
    ]);
    expect(await list((leader % 3) + 1)).toEqual([]);
  });
});
