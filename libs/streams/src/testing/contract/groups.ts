import { describe, expect, it } from '@jest/globals';
import type { ResponseOf } from '../../protocol/apis.ts';
import { GroupMember, SUBSCRIPTION } from './group-member.ts';
import { NOT_YET } from './subject.ts';
import type { Subject } from './subject.ts';

const PART_ONE = Buffer.from('part one');
const PART_TWO = Buffer.from('part two');
/**
 * Version 0 (ConsumerProtocolAssignment): consumers of KIP-848 are let in only where the
 * coordinator can read what is assigned.
 */
const NOTHING_ASSIGNED = Buffer.from('0000' + '00000000' + 'ffffffff', 'hex');

/** @returns whether consumers of KIP-848 are taken (KIP-584: `group.version`) */
async function hasConsumerProtocol(subject: Subject): Promise<boolean> {
  const { features } = await subject.send('any', 'ApiVersions', { software: 'contract' });
  return (features.get('group.version') ?? 0) >= 1;
}

/** Groups of the classic protocol: members, generations, rebalances. */
export function describeGroups(opened: () => Subject): void {
  async function described(
    subject: Subject,
    groupId: string,
  ): Promise<ResponseOf<'DescribeGroup'>> {
    const coordinator = await subject.coordinator('group', groupId);
    return subject.until(
      `the group ${groupId} to be described`,
      () => subject.send(coordinator, 'DescribeGroup', { groupId }),
      ({ error }) => !NOT_YET.includes(error),
    );
  }

  /** @returns two members of a group that is stable; the first one leads */
  async function two(subject: Subject): Promise<readonly [GroupMember, GroupMember]> {
    const first = await GroupMember.alone(subject);
    const second = new GroupMember(subject, first.groupId, { channel: 'write' });
    const joining = second.join();
    await first.hearsOfRebalance();
    await Promise.all([first.join(), joining]);
    const waiting = second.sync();
    await first.sync([
      { memberId: first.memberId, assignment: PART_ONE },
      { memberId: second.memberId, assignment: PART_TWO },
    ]);
    await waiting;
    return [first, second];
  }

  describe('A group', () => {
    it('is joined with an id that the coordinator gives at first', async () => {
      const subject = opened();
      const member = new GroupMember(subject, subject.unique('group'));
      const refused = await member.ask();
      expect(refused).toMatchObject({ error: 'MEMBER_ID_REQUIRED', members: [] });
      expect(refused.memberId).not.toBe('');
      member.memberId = refused.memberId;
      const { memberId } = member;
      expect(await member.ask()).toEqual({
        error: 'NONE',
        generation: 1,
        protocol: 'range',
        leader: memberId,
        memberId,
        members: [{ memberId, metadata: SUBSCRIPTION }],
      });
    });

    it('gives each member what its leader assigns', async () => {
      const subject = opened();
      const member = await GroupMember.alone(subject);
      // Asked again, it gets the same answer.
      expect(await member.sync()).toEqual({ error: 'NONE', assignment: Buffer.from('all') });
      expect(await member.heartbeat()).toBe('NONE');
    });

    it('has all its members join again when another one comes, in the next generation', async () => {
      const subject = opened();
      const first = await GroupMember.alone(subject);
      const second = new GroupMember(subject, first.groupId, { channel: 'write' });
      const joining = second.join();
      await first.hearsOfRebalance();
      const [ofLeader, ofOther] = await Promise.all([first.join(), joining]);
      expect([ofLeader.generation, ofOther.generation]).toEqual([2, 2]);
      expect([ofLeader.leader, ofOther.leader]).toEqual([first.memberId, first.memberId]);
      expect(ofLeader.members.map(({ memberId }) => memberId).toSorted()).toEqual(
        [first.memberId, second.memberId].toSorted(),
      );
      expect(ofOther.members).toEqual([]);
      const waiting = second.sync();
      const assignments = [
        { memberId: first.memberId, assignment: PART_ONE },
        { memberId: second.memberId, assignment: PART_TWO },
      ];
      expect(await first.sync(assignments)).toEqual({ error: 'NONE', assignment: PART_ONE });
      expect(await waiting).toEqual({ error: 'NONE', assignment: PART_TWO });
      expect(await second.heartbeat()).toBe('NONE');
    });

    it('is not disturbed by a member that joins again, unless that one leads', async () => {
      const subject = opened();
      const [first, second] = await two(subject);
      const again = await second.ask();
      expect(again).toMatchObject({ error: 'NONE', generation: 2, members: [] });
      expect(await second.sync()).toEqual({ error: 'NONE', assignment: PART_TWO });
      expect(await first.heartbeat()).toBe('NONE');
      const joining = first.join();
      await second.hearsOfRebalance();
      expect((await second.sync()).error).toBe('REBALANCE_IN_PROGRESS');
      const [ofLeader, ofOther] = await Promise.all([joining, second.join()]);
      expect([ofLeader.generation, ofOther.generation]).toEqual([3, 3]);
    });

    it('has its others join again when a member leaves, and does not know that one any more', async () => {
      const subject = opened();
      const [first, second] = await two(subject);
      expect(await second.leave()).toBe('NONE');
      expect(await second.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
      expect(await second.leave()).toBe('UNKNOWN_MEMBER_ID');
      await first.hearsOfRebalance();
      const joined = await first.join();
      expect(joined.members).toHaveLength(1);
      expect(joined.generation).toBe(3);
    });

    it('refuses heartbeats and syncs of other members and other generations', async () => {
      const subject = opened();
      const member = await GroupMember.alone(subject);
      const generation = member.generation - 1;
      expect(await member.heartbeat({ generation })).toBe('ILLEGAL_GENERATION');
      expect(await member.heartbeat({ memberId: 'none' })).toBe('UNKNOWN_MEMBER_ID');
      const { memberId } = member;
      const elsewhere = new GroupMember(subject, subject.unique('group'));
      expect(await elsewhere.heartbeat({ memberId, generation: 1 })).toBe('UNKNOWN_MEMBER_ID');
      member.generation = generation;
      expect((await member.sync()).error).toBe('ILLEGAL_GENERATION');
      member.generation += 1;
      member.memberId = 'none';
      expect((await member.sync()).error).toBe('UNKNOWN_MEMBER_ID');
      expect((await member.ask()).error).toBe('UNKNOWN_MEMBER_ID');
    });

    it('refuses members that have no protocol in common with the others', async () => {
      const subject = opened();
      const { groupId } = await GroupMember.alone(subject);
      const refusal = async (options: object): Promise<string> =>
        (await new GroupMember(subject, groupId, { channel: 'write', ...options }).ask()).error;
      expect(await refusal({ protocols: ['other'] })).toBe('INCONSISTENT_GROUP_PROTOCOL');
      expect(await refusal({ protocolType: 'other' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
      expect(await refusal({ protocols: ['other', 'range'] })).toBe('MEMBER_ID_REQUIRED');
    });

    it('has no leader any more when a consumer of KIP-848 joins it, and has all members join again', async () => {
      const subject = opened();
      if (!(await hasConsumerProtocol(subject))) return;
      const topic = await subject.topic();
      const member = new GroupMember(subject, subject.unique('group'));
      await member.join();
      await member.sync([{ memberId: member.memberId, assignment: NOTHING_ASSIGNED }]);
      await subject.cluster.joinByConsumerProtocol(member.groupId, topic);
      await member.hearsOfRebalance();
      expect(await member.join()).toMatchObject({ protocol: 'range', leader: '', members: [] });
    });

    it('lets members in beside consumers of KIP-848, whatever assignor they have, and none leads', async () => {
      const subject = opened();
      if (!(await hasConsumerProtocol(subject))) return;
      const topic = await subject.topic();
      const groupId = subject.unique('group');
      await subject.cluster.joinByConsumerProtocol(groupId, topic);
      const member = new GroupMember(subject, groupId, { protocols: ['any'] });
      expect(await member.join()).toMatchObject({ protocol: 'any', leader: '', members: [] });
    });

    it('is described as one of consumers of KIP-848 when it has any, and dead as a classic one', async () => {
      const subject = opened();
      if (!(await hasConsumerProtocol(subject))) return;
      const topic = await subject.topic();
      const { groupId: classic } = await GroupMember.alone(subject);
      const groupId = subject.unique('group');
      await subject.cluster.joinByConsumerProtocol(groupId, topic);
      expect(await described(subject, groupId)).toMatchObject({ state: 'Dead', members: [] });
      const asConsumers = async (id: string): Promise<ResponseOf<'ConsumerGroupDescribe'>> => {
        const coordinator = await subject.coordinator('group', id);
        return subject.send(coordinator, 'ConsumerGroupDescribe', { groupId: id });
      };
      const { error, state, members } = await asConsumers(groupId);
      expect([error, members.length]).toEqual(['NONE', 1]);
      expect(state).not.toBe('Dead');
      expect(await asConsumers(classic)).toMatchObject({ error: 'GROUP_ID_NOT_FOUND' });
    });

    it('must have a name', async () => {
      const subject = opened();
      const { groupId } = await GroupMember.alone(subject);
      const coordinator = await subject.coordinator('group', groupId);
      const { error } = await subject.send(coordinator, 'JoinGroup', {
        groupId: '',
        memberId: '',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: SUBSCRIPTION }],
        reason: '',
      });
      expect(error).toBe('INVALID_GROUP_ID');
    });

    it('goes without a member that does not send heartbeats for its session', async () => {
      const subject = opened();
      const [first, second] = await two(subject);
      await first.hearsOfRebalance();
      const { members } = await first.join();
      expect(members.map(({ memberId }) => memberId)).toEqual([first.memberId]);
      expect(await second.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
    });

    it('is described with its members, and as dead where there is none', async () => {
      const subject = opened();
      const [first, second] = await two(subject);
      const stable = await described(subject, first.groupId);
      expect(stable).toMatchObject({
        error: 'NONE',
        state: 'Stable',
        protocolType: 'consumer',
        protocol: 'range',
      });
      expect(stable.members.map(({ memberId }) => memberId).toSorted()).toEqual(
        [first.memberId, second.memberId].toSorted(),
      );
      await second.leave();
      await first.leave();
      const empty = await described(subject, first.groupId);
      expect(empty).toMatchObject({ error: 'NONE', state: 'Empty', members: [] });
      const absent = await described(subject, subject.unique('group'));
      expect(absent).toMatchObject({ error: 'NONE', state: 'Dead', members: [] });
    });
  });
}
