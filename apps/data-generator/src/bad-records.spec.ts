import { describe, expect, it } from '@jest/globals';
import { decodeLogin, REASONS } from '@login-pipeline/schema';
import { membersOf } from '@login-pipeline/schema/testing';
import { BAD_KINDS } from './bad-records.ts';
import type { IntendedLogin } from './bad-records.ts';

const LOGIN: IntendedLogin = {
  user_id: '6f1c4b0e-9a52-4d0e-8a6b-0d2f3c4b5a69',
  app_version: '2.0.0',
  device_type: 'android',
  ip: '198.18.0.1',
  locale: 'TX',
  timestamp: 1_734_547_620_123,
};

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
