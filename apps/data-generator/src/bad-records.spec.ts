import { describe, expect, it } from '@jest/globals';
import { decodeLogin, REASONS } from '@login-pipeline/schema';
import { aLogin, membersOf } from '@login-pipeline/schema/testing';
import { BAD_KINDS } from './bad-records.ts';

const LOGIN = aLogin({ timestamp: 1_734_547_620_123 });

describe('BAD_KINDS', () => {
  it('starts from a login that is valid', () => {
    const decoded = decodeLogin(Buffer.from(JSON.stringify(LOGIN)));
    expect(typeof decoded === 'string' || membersOf(decoded)).toEqual(LOGIN);
  });

  it.each(BAD_KINDS)('$name is refused as $reason', ({ spoil, reason }) => {
    expect(decodeLogin(spoil(LOGIN))).toBe(reason);
  });

  it('covers every reason that a value can give', () => {
    // What is too large or refused, or has an unknown id, depends on a topic or a registry, which a
    // generator cannot know.
    const others = new Set<string>([
      'record_too_large',
      'record_timestamp_refused',
      'record_refused',
      'unknown_schema_id',
    ]);
    // Frames are other serializers' doing, not a client's.
    const byValue = REASONS.filter(
      (reason) => !others.has(reason) && !reason.startsWith('framed_'),
    );
    expect(new Set(BAD_KINDS.map(({ reason }) => reason))).toEqual(new Set(byValue));
  });

  it('has a name for each kind', () => {
    expect(new Set(BAD_KINDS.map(({ name }) => name)).size).toBe(BAD_KINDS.length);
  });
});
