import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts';
import type { Ports } from '../../ports.ts';
import { brokerAddress } from './broker/controller.ts';
import { SimulatedContractCluster } from './simulated-contract-cluster.ts';

const GROUP = 'g';

describe('a group', () => {
  let contract: SimulatedContractCluster;
  let one: Member;
  let other: Member;

  beforeEach(() => {
    contract = new SimulatedContractCluster({ seed: 5 });
    one = new Member('one');
    other = new Member('other');
  });

  class Member {
    readonly ports: Ports;
    id = '';
    generation = -1;
    leader = '';

    constructor(name: string) {
      this.ports = contract.driven(contract.cluster.process(name));
    }

    get to() {
      return brokerAddress(contract.cluster.groups.partitionOf(GROUP).leader);
    }

    get identity() {
      return { groupId: GROUP, memberId: this.id, generation: this.generation };
    }

    async join(change: Partial<RequestOf<'JoinGroup'>> = {}): Promise<ResponseOf<'JoinGroup'>> {
      for (;;) {
        const request = {
          groupId: GROUP,
          memberId: this.id,
          sessionTimeoutMs: 6_000,
          rebalanceTimeoutMs: 10_000,
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: Buffer.from('m') }],
          reason: '',
          ...change,
        };
        const answer = await this.ports.wire.send(this.to, 'JoinGroup', request, {
          channel: 'group',
        });
        const isGivenId = answer.error === 'MEMBER_ID_REQUIRED';
        if (answer.error === 'NONE' || isGivenId) this.id = answer.memberId;
        if (isGivenId) continue;
        this.generation = answer.generation;
        this.leader = answer.leader;
        return answer;
      }
    }

    sync(members: readonly Member[] = []): Promise<ResponseOf<'SyncGroup'>> {
      const assignments = members.map(({ id }) => ({
        memberId: id,
        assignment: Buffer.from(`to ${id}`),
      }));
      const request = { ...this.identity, protocolType: 'consumer', protocol: 'range' };
      const options = { channel: 'group' } as const;
      return this.ports.wire.send(this.to, 'SyncGroup', { ...request, assignments }, options);
    }

    async heartbeat(): Promise<string> {
      return (await this.ports.wire.send(this.to, 'Heartbeat', this.identity)).error;
    }
  }

  /** Both are members of a stable group, the first one leads. */
  async function stable(): Promise<void> {
    await one.join();
    await one.sync([one]);
    const joined = other.join();
    while ((await one.heartbeat()) !== 'REBALANCE_IN_PROGRESS') await one.ports.clock.sleep(5);
    await Promise.all([one.join(), joined]);
    await Promise.all([one.sync([one, other]), other.sync()]);
  }

  it('gives ids, waits for its members, and hands the assignment of the leader on', async () => {
    await one.join();
    expect([one.generation, one.leader]).toEqual([1, one.id]);
    expect((await one.sync([one])).assignment.toString()).toBe(`to ${one.id}`);
    const joined = other.join();
    while ((await one.heartbeat()) !== 'REBALANCE_IN_PROGRESS') await one.ports.clock.sleep(5);
    const [led, followed] = await Promise.all([one.join(), joined]);
    expect(led.members.map(({ memberId }) => memberId)).toEqual([one.id, other.id]);
    expect([followed.members, followed.leader, followed.generation]).toEqual([[], one.id, 2]);
    const [, second] = await Promise.all([one.sync([one, other]), other.sync()]);
    expect(second.assignment.toString()).toBe(`to ${other.id}`);
    const request = { groupId: GROUP };
    const described = await one.ports.wire.send(one.to, 'DescribeGroup', request);
    expect([described.state, described.members.map(({ clientId }) => clientId)]).toEqual([
      'Stable',
      ['one', 'other'],
    ]);
  });

  it('tells a follower that joins again what it knows, and begins anew for its leader', async () => {
    await stable();
    expect((await other.join()).generation).toBe(2);
    expect(await one.heartbeat()).toBe('NONE');
    const joined = one.join();
    while ((await other.heartbeat()) !== 'REBALANCE_IN_PROGRESS') await one.ports.clock.sleep(1);
    await Promise.all([joined, other.join()]);
    expect(one.generation).toBe(3);
  });

  it('drops a member that does not join in time, and one that is not heard of', async () => {
    await stable();
    const began = one.ports.clock.now();
    const alive = other.ports.clock.sleep(5_000).then(() => other.heartbeat());
    expect((await one.join()).members).toHaveLength(1);
    expect(await alive).toBe('REBALANCE_IN_PROGRESS');
    expect(one.ports.clock.now() - began).toBeGreaterThanOrEqual(10_000);
    expect(await other.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
    await one.sync([one]);
    await one.ports.clock.sleep(7_000);
    expect(await one.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  });

  it('refuses other generations, other protocols and unknown members', async () => {
    await stable();
    one.generation = 1;
    expect(await one.heartbeat()).toBe('ILLEGAL_GENERATION');
    expect((await one.sync()).error).toBe('ILLEGAL_GENERATION');
    const stranger = new Member('stranger');
    const protocols = [{ name: 'roundrobin', metadata: Buffer.alloc(0) }];
    expect((await stranger.join({ protocols })).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect((await stranger.join({ memberId: 'nobody' })).error).toBe('UNKNOWN_MEMBER_ID');
    expect((await stranger.join({ sessionTimeoutMs: 1 })).error).toBe('INVALID_SESSION_TIMEOUT');
  });

  it('lets a member go, and the others share', async () => {
    await stable();
    const request = { groupId: GROUP, memberId: one.id, reason: '' };
    expect((await one.ports.wire.send(one.to, 'LeaveGroup', request)).error).toBe('NONE');
    expect(await other.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
    const joined = await other.join();
    expect([joined.leader, joined.generation]).toEqual([other.id, 3]);
  });

  it('survives its coordinator', async () => {
    await stable();
    const old = one.to.id;
    contract.cluster.killBroker(old);
    await one.ports.clock.sleep(1_000);
    expect(one.to.id).not.toBe(old);
    expect([await one.heartbeat(), await other.heartbeat()]).toEqual(['NONE', 'NONE']);
  });

  it('takes offsets of its generation only', async () => {
    await contract.createTopic('t', 1);
    await stable();
    const commit = async (identity: typeof one.identity) => {
      const offsets = [{ topic: 't', partition: 0, offset: 4n, leaderEpoch: 0, metadata: '' }];
      const request = { ...identity, offsets };
      return (await one.ports.wire.send(one.to, 'OffsetCommit', request)).partitions[0]?.error;
    };
    expect(await commit(one.identity)).toBe('NONE');
    expect(await commit({ ...one.identity, generation: 1 })).toBe('ILLEGAL_GENERATION');
    expect(await commit({ ...one.identity, memberId: 'nobody' })).toBe('UNKNOWN_MEMBER_ID');
    const outside = { groupId: GROUP, memberId: '', generation: -1 };
    expect(await commit(outside)).toBe('UNKNOWN_MEMBER_ID');
    expect(await commit({ ...outside, groupId: 'empty' })).toBe('NONE');
  });
});
