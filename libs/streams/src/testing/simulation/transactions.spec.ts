import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiName, RequestOf, ResponseOf } from '../../protocol/apis.ts';
import { brokerAddress } from './broker/controller.ts';
import { SimulatedContractCluster } from './simulated-contract-cluster.ts';

const ID = 'id';

/** Sends to what leads or coordinates, as it is now. */
class Client {
  readonly contract: SimulatedContractCluster;
  producer = { transactionalId: ID, producerId: -1n, epoch: -1 };

  constructor(transactionVersion: 1 | 2, brokers = 3) {
    this.contract = new SimulatedContractCluster({ seed: 3, transactionVersion, brokers });
  }

  get bumpsEpoch(): boolean {
    return this.contract.transactionVersion === 2;
  }

  send<Api extends ApiName>(
    leader: number,
    api: Api,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    return this.contract.ports.wire.send(brokerAddress(leader), api, request);
  }

  get coordinator(): number {
    return this.contract.cluster.transactions.partitionOf(ID).leader;
  }

  async init(): Promise<void> {
    for (;;) {
      const request = { transactionalId: ID, timeoutMs: 15_000 };
      const answer = await this.send(this.coordinator, 'InitProducerId', request);
      if (answer.error === 'CONCURRENT_TRANSACTIONS') continue;
      expect(answer.error).toBe('NONE');
      const { producerId, epoch } = answer;
      this.producer = { transactionalId: ID, producerId, epoch };
      return;
    }
  }

  async add(): Promise<string> {
    const partitions = [{ topic: 't', partition: 0 }];
    const request = { ...this.producer, partitions };
    const added = await this.send(this.coordinator, 'AddPartitionsToTxn', request);
    return added.partitions[0]?.error ?? '';
  }

  async produce(baseSequence: number, producer = this.producer): Promise<string> {
    const batch = await this.contract.ports.encoder.encode(
      [{ key: null, value: Buffer.from('v'), timestamp: 1 }],
      'none',
    );
    const { leader } = this.contract.cluster.partition('t', 0);
    const { partitions } = await this.send(leader, 'Produce', {
      transactionalId: ID,
      addsPartitions: this.bumpsEpoch,
      timeoutMs: 1000,
      partitions: [{ topic: 't', partition: 0, batch, stamp: { ...producer, baseSequence } }],
    });
    return partitions[0]?.error ?? '';
  }

  end(commit: boolean, producer = this.producer): Promise<ResponseOf<'EndTxn'>> {
    const request = { ...producer, commit, bumpsEpoch: this.bumpsEpoch };
    return this.send(this.coordinator, 'EndTxn', request);
  }

  async state(): Promise<string | undefined> {
    const request = { transactionalIds: [ID] };
    const described = await this.send(this.coordinator, 'DescribeTransactions', request);
    return described.transactions[0]?.state;
  }

  async until(state: string): Promise<void> {
    while ((await this.state()) !== state) await this.contract.ports.clock.sleep(1);
  }

  fates(): string[] {
    return this.contract.cluster.read('t')[0]?.all.map(({ fate }) => fate) ?? [];
  }
}

describe.each([1, 2] as const)('transactions of version %i', (version) => {
  let client: Client;

  beforeEach(async () => {
    client = new Client(version);
    await client.contract.createTopic('t', 1);
    await client.init();
  });

  const begin = async (sequence: number): Promise<void> => {
    if (version === 1) expect(await client.add()).toBe('NONE');
    expect(await client.produce(sequence)).toBe('NONE');
  };

  it('fences the last holder of an id, and aborts what it left', async () => {
    await begin(0);
    const old = client.producer;
    await client.init();
    expect(client.producer.epoch).toBe(2);
    expect(client.fates()).toEqual(['aborted']);
    expect(await client.produce(1, old)).toBe('INVALID_PRODUCER_EPOCH');
    expect((await client.end(true, old)).error).toBe('PRODUCER_FENCED');
    await begin(0);
    expect((await client.end(true)).error).toBe('NONE');
    await client.until('CompleteCommit');
    expect(client.fates()).toEqual(['aborted', 'committed']);
  });

  it('answers a repeated end, and none of another word', async () => {
    await begin(0);
    const first = await client.end(true);
    expect(first).toMatchObject({ error: 'NONE', epoch: version === 1 ? 0 : 1 });
    await client.until('CompleteCommit');
    expect(await client.end(true)).toEqual(first);
    expect((await client.end(false)).error).toBe('INVALID_TXN_STATE');
    const next = { ...client.producer, epoch: first.epoch };
    expect((await client.end(true, next)).error).toBe(version === 1 ? 'NONE' : 'INVALID_TXN_STATE');
    const aborted = await client.end(false, next);
    expect(aborted.error).toBe(version === 1 ? 'INVALID_TXN_STATE' : 'NONE');
    if (version === 2) expect(aborted.epoch).toBe(2);
  });

  it('refuses records of a transaction that has ended', async () => {
    await begin(0);
    await client.end(false);
    await client.until('CompleteAbort');
    expect(await client.produce(1)).toBe(
      version === 1 ? 'TRANSACTION_ABORTABLE' : 'INVALID_PRODUCER_EPOCH',
    );
    expect(client.fates()).toEqual(['aborted']);
  });

  it('aborts a transaction that takes too long, with a new epoch', async () => {
    await begin(0);
    await client.contract.ports.clock.sleep(31_000);
    expect(client.fates()).toEqual(['aborted']);
    expect((await client.end(true)).error).toBe(
      version === 1 ? 'PRODUCER_FENCED' : 'INVALID_TXN_STATE',
    );
  });

  it('goes on with markers where another coordinator stopped', async () => {
    await begin(0);
    const { cluster } = client.contract;
    const { coordinator } = client;
    cluster.environment.settings.markerMs = 500;
    expect((await client.end(true)).error).toBe('NONE');
    cluster.killBroker(coordinator);
    await client.contract.ports.clock.sleep(5000);
    expect(client.coordinator).not.toBe(coordinator);
    expect(await client.state()).toBe('CompleteCommit');
    expect(client.fates()).toEqual(['committed']);
  });

  it('loses markers where that is planted, and the only broker stops', async () => {
    client = new Client(version, 1);
    await client.contract.createTopic('t', 1);
    await client.init();
    await begin(0);
    const { cluster } = client.contract;
    cluster.environment.settings.markerMs = 500;
    cluster.environment.losesMarkers = true;
    expect((await client.end(true)).error).toBe('NONE');
    cluster.stopBroker(1);
    await client.contract.ports.clock.sleep(1_000);
    cluster.restartBroker(1);
    await client.contract.ports.clock.sleep(1_000);
    expect(await client.state()).toBe('CompleteCommit');
    expect(client.fates()).toEqual(['open']);
    expect(cluster.partition('t', 0).log.lastStableOffset).toBe(0);
  });

  it('holds offsets of a transaction back', async () => {
    const groupId = 'g';
    const group = (): number => client.contract.cluster.groups.partitionOf(groupId).leader;
    const commit = async (offset: bigint, producer = client.producer, generation = -1) => {
      const { partitions } = await client.send(group(), 'TxnOffsetCommit', {
        ...producer,
        groupId,
        memberId: '',
        generation,
        addsOffsets: version === 2,
        offsets: [{ topic: 't', partition: 0, offset, leaderEpoch: 0, metadata: '' }],
      });
      return partitions[0]?.error;
    };
    const fetch = async () => {
      const partitions = [{ topic: 't', partition: 0 }];
      const request = { groupId, requireStable: true, partitions };
      return (await client.send(group(), 'OffsetFetch', request)).partitions[0];
    };
    if (version === 1) {
      expect(await commit(5n)).toBe('TRANSACTION_ABORTABLE');
      const added = { ...client.producer, groupId };
      const answer = await client.send(client.coordinator, 'AddOffsetsToTxn', added);
      expect(answer.error).toBe('NONE');
    }
    expect(await commit(5n, client.producer, 3)).toBe('ILLEGAL_GENERATION');
    expect(await commit(5n)).toBe('NONE');
    expect((await fetch())?.error).toBe('UNSTABLE_OFFSET_COMMIT');
    const old = client.producer;
    expect((await client.end(true)).error).toBe('NONE');
    await client.until('CompleteCommit');
    expect(await fetch()).toMatchObject({ error: 'NONE', offset: 5n });
    await client.init();
    expect(await commit(6n, old)).toBe('INVALID_PRODUCER_EPOCH');
  });
});
