import { describe, expect, it } from '@jest/globals';
import { commitOffset, GroupMember, outsider } from './group-member.ts';
import type { Subject } from './subject.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** Offsets that are committed outside of transactions, and by whom. */
export function describeOffsets(opened: () => Subject): void {
  describe('An offset', () => {
    it('is had as it was committed, and is -1 before', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const groupId = subject.unique('group');
      const stored = { topic, partition: 0, error: 'NONE' };
      const none = { ...stored, offset: -1n, leaderEpoch: -1, metadata: '' };
      expect(await subject.committed(groupId, topic)).toEqual(none);
      const what = { offset: 5n, leaderEpoch: 0, metadata: 'so far' };
      expect(await commitOffset(subject, outsider(groupId), topic, what)).toBe('NONE');
      expect(await subject.committed(groupId, topic)).toEqual({ ...stored, ...what });
      expect(await commitOffset(subject, outsider(groupId), topic, { offset: 3n })).toBe('NONE');
      expect((await subject.committed(groupId, topic)).offset).toBe(3n);
    });

    it('is for topics that there are', async () => {
      const subject = opened();
      const group = outsider(subject.unique('group'));
      const absent = subject.unique('absent');
      expect(await commitOffset(subject, group, absent, { offset: 1n })).toBe(
        'UNKNOWN_TOPIC_OR_PARTITION',
      );
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.commitOffset(group, absent, 1n)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
      expect(await subject.committed(group.groupId, absent)).toMatchObject({
        error: 'NONE',
        offset: -1n,
      });
    });

    it('is taken from members in their generation, and from no others while there are any', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const member = await GroupMember.alone(subject);
      const { groupId, identity } = member;
      const offset = { offset: 1n };
      expect(await commitOffset(subject, identity, topic, offset)).toBe('NONE');
      const stale = { ...identity, generation: identity.generation - 1 };
      expect(await commitOffset(subject, stale, topic, offset)).toBe('ILLEGAL_GENERATION');
      const other = { ...identity, memberId: 'none' };
      expect(await commitOffset(subject, other, topic, offset)).toBe('UNKNOWN_MEMBER_ID');
      expect(await commitOffset(subject, outsider(groupId), topic, offset)).toBe(
        'UNKNOWN_MEMBER_ID',
      );
      await member.leave();
      expect(await commitOffset(subject, identity, topic, offset)).toBe('UNKNOWN_MEMBER_ID');
      expect(await commitOffset(subject, outsider(groupId), topic, offset)).toBe('NONE');
    });

    it('is taken while a rebalance waits for members, and not between joining and being assigned', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const first = await GroupMember.alone(subject);
      const second = new GroupMember(subject, first.groupId, { channel: 'write' });
      const joining = second.join();
      await first.hearsOfRebalance();
      const offset = { offset: 1n };
      expect(await commitOffset(subject, first.identity, topic, offset)).toBe('NONE');
      const before = first.identity;
      await Promise.all([first.join(), joining]);
      expect(await commitOffset(subject, first.identity, topic, offset)).toBe(
        'REBALANCE_IN_PROGRESS',
      );
      expect(await commitOffset(subject, before, topic, offset)).toBe('ILLEGAL_GENERATION');
      await Promise.all([second.leave(), first.leave()]);
    });
  });
}
