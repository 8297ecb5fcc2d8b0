import { describe, expect, it } from '@jest/globals';
import { commitOffset, GroupMember, outsider } from './group-member.ts';
import type { Subject } from './subject.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** Offsets that are committed by transactions (KIP-98), by whom (KIP-447), and in which order. */
export function describeCommits(opened: () => Subject): void {
  describe('An offset of a transaction', () => {
    it('is had when it is committed; until then it is not stable, and the last one is had on request', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const group = outsider(subject.unique('group'));
      const { groupId } = group;
      await commitOffset(subject, group, topic, { offset: 1n });
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.commitOffset(group, topic, 2n)).toBe('NONE');
      expect(await subject.committed(groupId, topic)).toMatchObject({
        error: 'UNSTABLE_OFFSET_COMMIT',
        offset: -1n,
      });
      const unstable = await subject.committed(groupId, topic, { requireStable: false });
      expect(unstable).toMatchObject({ error: 'NONE', offset: 1n });
      expect(await producer.end(true)).toBe('NONE');
      expect(await subject.stable(groupId, topic)).toMatchObject({ error: 'NONE', offset: 2n });
      expect(await producer.commitOffset(group, topic, 3n)).toBe('NONE');
      expect(await producer.end(false)).toBe('NONE');
      expect(await subject.stable(groupId, topic)).toMatchObject({ error: 'NONE', offset: 2n });
    });

    it('is not stable for its partition alone', async () => {
      const subject = opened();
      const topic = await subject.topic(2);
      const group = outsider(subject.unique('group'));
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.commitOffset(group, topic, 2n)).toBe('NONE');
      const other = await subject.committed(group.groupId, topic, { partition: 1 });
      expect(other).toMatchObject({ error: 'NONE', offset: -1n });
      expect(await producer.end(false)).toBe('NONE');
    });

    it('is taken from members in their generation', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const member = await GroupMember.alone(subject);
      const { identity, groupId } = member;
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.commitOffset(identity, topic, 1n)).toBe('NONE');
      const stale = { ...identity, generation: identity.generation - 1 };
      expect(await producer.commitOffset(stale, topic, 2n)).toBe('ILLEGAL_GENERATION');
      const other = { ...identity, memberId: 'none' };
      expect(await producer.commitOffset(other, topic, 2n)).toBe('UNKNOWN_MEMBER_ID');
      const memberless = { groupId, memberId: '', generation: identity.generation };
      expect(await producer.commitOffset(memberless, topic, 2n)).toBe('UNKNOWN_MEMBER_ID');
      expect(await producer.end(true)).toBe('NONE');
      expect((await subject.stable(groupId, topic)).offset).toBe(1n);
    });

    it('of a producer that names no member is taken, although there are members', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const { groupId } = await GroupMember.alone(subject);
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.commitOffset(outsider(groupId), topic, 2n)).toBe('NONE');
      expect(await producer.end(true)).toBe('NONE');
      expect((await subject.stable(groupId, topic)).offset).toBe(2n);
    });

    it('is refused when the group has another generation by now', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const first = await GroupMember.alone(subject);
      const producer = await TransactionalProducer.of(subject);
      const before = first.identity;
      const second = new GroupMember(subject, first.groupId, { channel: 'write' });
      const joining = second.join();
      await first.hearsOfRebalance();
      expect(await producer.commitOffset(before, topic, 1n)).toBe('NONE');
      await Promise.all([first.join(), joining]);
      expect(await producer.commitOffset(before, topic, 2n)).toBe('ILLEGAL_GENERATION');
      // Other than outside of transactions, a member need not be assigned yet.
      expect(await producer.commitOffset(first.identity, topic, 2n)).toBe('NONE');
      await Promise.all([second.leave(), first.leave()]);
      expect(await producer.commitOffset(before, topic, 2n)).toBe('UNKNOWN_MEMBER_ID');
      expect(await producer.end(false)).toBe('NONE');
    });

    it.each([
      ['the later one last', [0, 1]],
      ['the earlier one last', [1, 0]],
    ])('goes by its place in the log, not by when its transaction ends: %s', async (_, order) => {
      const subject = opened();
      const topic = await subject.topic();
      const group = outsider(subject.unique('group'));
      const producers = [
        await TransactionalProducer.of(subject),
        await TransactionalProducer.of(subject),
      ];
      for (const [index, producer] of producers.entries()) {
        expect(await producer.commitOffset(group, topic, BigInt(index + 1))).toBe('NONE');
      }
      for (const index of order) expect(await producers[index]?.end(true)).toBe('NONE');
      expect((await subject.stable(group.groupId, topic)).offset).toBe(2n);
    });

    it('gives way to one that was committed behind it, outside of transactions', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const group = outsider(subject.unique('group'));
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.commitOffset(group, topic, 1n)).toBe('NONE');
      expect(await commitOffset(subject, group, topic, { offset: 2n })).toBe('NONE');
      expect(await producer.end(true)).toBe('NONE');
      expect((await subject.stable(group.groupId, topic)).offset).toBe(2n);
    });

    it('that is aborted leaves the one of another transaction', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const group = outsider(subject.unique('group'));
      const one = await TransactionalProducer.of(subject);
      const other = await TransactionalProducer.of(subject);
      expect(await one.commitOffset(group, topic, 1n)).toBe('NONE');
      expect(await other.commitOffset(group, topic, 2n)).toBe('NONE');
      expect(await other.end(false)).toBe('NONE');
      const { groupId } = group;
      const open = await subject.committed(groupId, topic);
      expect(open.error).toBe('UNSTABLE_OFFSET_COMMIT');
      expect(await one.end(true)).toBe('NONE');
      expect((await subject.stable(groupId, topic)).offset).toBe(1n);
    });

    it('is refused for a group that was not added, before KIP-890', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const group = outsider(subject.unique('group'));
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.commitUnadded(group, topic, 1n)).toBe('TRANSACTION_ABORTABLE');
      expect((await subject.committed(group.groupId, topic)).offset).toBe(-1n);
    });
  });
}
