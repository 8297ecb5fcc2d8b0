import { describe, expect, it } from '@jest/globals';
import { instanceOf, transactionalId } from './transactional-id.ts';

const NAME = { groupId: 'transformer', topic: 'eu.user-login', instance: 'b7' };

describe('Transactional ids', () => {
  it('differ where groups and topics are alike only when they are joined', () => {
    const other = { groupId: 'transformer.eu', topic: 'user-login', instance: 'b7' };
    expect(transactionalId(NAME, 0)).not.toBe(transactionalId(other, 0));
    expect(transactionalId(NAME, 0)).not.toBe(transactionalId(NAME, 1));
  });

  it('tell their instance, to the group and topic that they are of', () => {
    const id = transactionalId(NAME, 1);
    expect(instanceOf(id, NAME)).toBe('b7');
    expect(instanceOf(id, { ...NAME, topic: 'user-login' })).toBeUndefined();
    expect(instanceOf(id, { ...NAME, groupId: 'transform' })).toBeUndefined();
    expect(instanceOf('transformer/eu.user-login/b7/x/1', NAME)).toBeUndefined();
  });
});
