import { beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCommitMetadata } from '../positions/commit-metadata.ts';
import { NO_FLOW } from '../plan/flow.ts';
import { GroupMember, outsider } from '../testing/contract/group-member.ts';
import { Subject } from '../testing/contract/subject.ts';
import { TransactionalProducer } from '../testing/contract/transactional-producer.ts';
import { SimulatedContractCluster } from '../testing/simulation/index.ts';
import { GroupInspection } from './group-inspection.ts';
import type { InspectedPosition } from './group-inspection.ts';

const GROUP = 'g';

describe('A group that is looked at', () => {
  let contract: SimulatedContractCluster;
  let subject: Subject;
  let topic: string;

  beforeEach(async () => {
    contract = new SimulatedContractCluster({ seed: 2 });
    subject = new Subject(contract);
    topic = await subject.topic();
  });

  it('stands at the earliest record where nothing is committed', async () => {
    expect(await position()).toEqual({
      partition: 0,
      committed: undefined,
      earliest: 0n,
      stableEnd: 0n,
      resume: { kind: 'fresh', offset: 0n },
      hasUnread: false,
    });
    await subject.write(topic, 3);
    expect(await position()).toMatchObject({ stableEnd: 3n, hasUnread: true });
  });

  it('has read all when nothing but marks and aborted records is left', async () => {
    await subject.write(topic, 3);
    await commit(3n);
    const producer = await TransactionalProducer.of(subject);
    await producer.write(topic, 2);
    await producer.end(false);
    await subject.readPast(topic, 5);
    expect(await position()).toMatchObject({ committed: 3n, stableEnd: 6n, hasUnread: false });
    await producer.write(topic, 1);
    await producer.end(true);
    await subject.readPast(topic, 7);
    expect(await position()).toMatchObject({ stableEnd: 8n, hasUnread: true });
    await commit(7n);
    expect(await position()).toMatchObject({ stableEnd: 8n, hasUnread: false });
  });

  it('has not read what follows its position in the same batch', async () => {
    await subject.write(topic, 3);
    await commit(2n);
    expect(await position()).toMatchObject({ stableEnd: 3n, hasUnread: true });
  });

  it('stands where the log is no more as the engine takes it', async () => {
    await subject.write(topic, 5);
    await commit(9n);
    expect((await position()).resume).toEqual({ kind: 'impossible', offset: 9n });
    await commit(2n);
    await contract.deleteRecords(topic, 0, 4n);
    expect((await position()).resume).toEqual({ kind: 'expired', offset: 4n, lost: 2n });
    const { topicId } = await subject.metadata(topic);
    await commit(9n, topicId);
    expect((await position()).resume).toEqual({ kind: 'truncated', offset: 5n, lost: 4n });
    await commit(5n, 'f'.repeat(32));
    expect((await position()).resume).toEqual({ kind: 'created-anew', offset: 4n });
    await commit(5n, topicId);
    expect((await position()).resume).toEqual({ kind: 'resume', offset: 5n });
  });

  it('is left out where a partition has no leader, and stands nowhere in a topic that is not there', async () => {
    contract.cluster.holdLeaderless(topic, 0, true);
    await contract.ports.clock.sleep(1_000);
    expect(await inspection().positions()).toEqual([]);
    topic = 'absent';
    expect(await inspection().positions()).toEqual([]);
  });

  it('is shown with its kind and its members', async () => {
    expect(await inspection().describe()).toEqual({
      kind: 'classic',
      state: 'Dead',
      assignor: '',
      members: [],
    });
    const member = new GroupMember(subject, GROUP);
    await member.join();
    await member.sync([{ memberId: member.memberId, assignment: Buffer.alloc(0) }]);
    expect(await inspection().describe()).toEqual({
      kind: 'classic',
      state: 'Stable',
      assignor: 'range',
      members: [expect.any(String)],
    });
    await contract.joinByConsumerProtocol(GROUP);
    expect(await inspection().describe()).toEqual({
      kind: 'consumer',
      state: 'Stable',
      assignor: '',
      members: ['consumer (simulation)'],
    });
  });

  it('is dead to brokers that know no consumers of KIP-848', async () => {
    await contract.joinByConsumerProtocol(GROUP);
    for (const broker of contract.cluster.brokers) {
      const { handlers } = broker;
      if (handlers === undefined) throw new Error('The broker has no handlers');
      broker.handlers = {
        ...handlers,
        ApiVersions: (_to, _request, answer) => {
          answer({ error: 'NONE', newest: new Map(), features: new Map() });
        },
      };
    }
    expect(await inspection().describe()).toMatchObject({ kind: 'classic', state: 'Dead' });
  });

  function inspection(): GroupInspection {
    return new GroupInspection(contract.ports, { groupId: GROUP, topic });
  }

  async function position(): Promise<InspectedPosition> {
    const [found] = await inspection().positions();
    if (found === undefined) throw new Error('The partition was not looked at');
    return found;
  }

  async function commit(offset: bigint, topicId?: string): Promise<void> {
    const coordinator = await subject.coordinator('group', GROUP);
    const metadata = topicId === undefined ? '' : encodeCommitMetadata({ flow: NO_FLOW, topicId });
    const { partitions } = await subject.send(coordinator, 'OffsetCommit', {
      ...outsider(GROUP),
      offsets: [{ topic, partition: 0, offset, leaderEpoch: -1, metadata }],
    });
    expect(partitions).toMatchObject([{ error: 'NONE' }]);
  }
});
