import { describe, expect, it } from '@jest/globals';
import { DistinctUsers } from './distinct-users.ts';
import { userId } from './testing/logins.ts';
import { UserHash } from './user-hash.ts';
import { DailyUsers, estimateLoginsPerUser, SAMPLE_SIZE, UserSample } from './user-sample.ts';

const hash = new UserHash();
function hashOf(user: number): UserHash {
  hash.set(userId(user));
  return hash;
}

describe('UserHash', () => {
  it('is MurmurHash3 over the bytes of the id', () => {
    // Murmur reads words in little-endian order, so each word of the id is turned round here.
    hash.set('64636261-6867-6665-6c6b-6a69706f6e6d');
    expect(hash.high).toBe(murmur3('abcdefghijklmnop', 0x9747b28c));
  });

  it('does not depend on letter case', () => {
    hash.set('ABCDEF01-2345-6789-ABCD-EF0123456789');
    const { high, low } = hash;
    hash.set('abcdef01-2345-6789-abcd-ef0123456789');
    expect(hash).toEqual({ high, low });
  });
});

describe('DistinctUsers', () => {
  it.each([0, 1, 10, 1000, 10_000, 300_000])('is near %i users', (users) => {
    const sketch = new DistinctUsers();
    for (let user = 0; user < users; user += 1) sketch.add(hashOf(user));
    for (let user = 0; user < users; user += 2) sketch.add(hashOf(user));
    const { estimate, relativeError } = sketch.estimate();
    expect(relativeError).toBeCloseTo(0.01625, 5);
    expect(Math.abs(estimate - users)).toBeLessThanOrEqual(3 * relativeError * users);
  });

  it('has the stated error over many trials', () => {
    const errors = Array.from({ length: 40 }, (_, trial) => {
      const sketch = new DistinctUsers();
      for (let user = 0; user < 10_000; user += 1) sketch.add(hashOf(trial * 1_000_000 + user));
      return sketch.estimate().estimate / 10_000 - 1;
    });
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(rms).toBeGreaterThan(0.01);
    expect(rms).toBeLessThan(0.022);
  });

  it('merges into the sketch of the union', () => {
    const [left, right, union] = [new DistinctUsers(), new DistinctUsers(), new DistinctUsers()];
    for (let user = 0; user < 30_000; user += 1) {
      if (user < 20_000) left.add(hashOf(user));
      if (user >= 10_000) right.add(hashOf(user));
      union.add(hashOf(user));
    }
    left.merge(right);
    expect(left).toEqual(union);
  });
});

describe('UserSample', () => {
  it('is exact while all users fit', () => {
    const sample = new UserSample();
    for (const user of [1, 2, 2, 3, 3, 3, 3]) sample.add(hashOf(user));
    for (let login = 0; login < 30; login += 1) sample.add(hashOf(4));
    expect(estimateLoginsPerUser(20_000, [sample])).toEqual({
      day: 20_000,
      users: [
        { logins: '1', users: 1 },
        { logins: '2', users: 1 },
        { logins: '3-5', users: 1 },
        { logins: '6-10', users: 0 },
        { logins: '11+', users: 1 },
      ],
      sampledUsers: 4,
    });
  });

  it('stays bounded and estimates the shares within their error', () => {
    const sample = new UserSample();
    for (let user = 0; user < 100_000; user += 1) {
      const logins = user % 4 === 0 ? 3 : 1;
      for (let login = 0; login < logins; login += 1) sample.add(hashOf(user));
    }
    expect(sample.users.size).toBeLessThanOrEqual(SAMPLE_SIZE);
    const { users, sampledUsers } = estimateLoginsPerUser(0, [sample]);
    const total = users.reduce((sum, bucket) => sum + bucket.users, 0);
    const share = (users.find(({ logins }) => logins === '3-5')?.users ?? 0) / total;
    const standardError = Math.sqrt((0.25 * 0.75) / sampledUsers);
    expect(Math.abs(share - 0.25)).toBeLessThan(3 * standardError);
    expect(Math.abs(total / 100_000 - 1)).toBeLessThan(3.6 / Math.sqrt(SAMPLE_SIZE));
  });

  it('does not depend on the order of logins', () => {
    const [forwards, backwards] = [new UserSample(), new UserSample()];
    for (let user = 0; user < 5000; user += 1) forwards.add(hashOf(user));
    for (let user = 4999; user >= 0; user -= 1) backwards.add(hashOf(user));
    expect(backwards.level).toBe(forwards.level);
    expect(new Set(backwards.users.keys())).toEqual(new Set(forwards.users.keys()));
  });

  it('adds up a user of several partitions at the coarsest level', () => {
    const [small, large] = [new UserSample(), new UserSample()];
    for (let user = 0; user < 100; user += 1) small.add(hashOf(user));
    for (let user = 0; user < 5000; user += 1) large.add(hashOf(user));
    const { users, sampledUsers } = estimateLoginsPerUser(0, [small, large]);
    expect(sampledUsers).toBe(large.users.size);
    expect(users.find(({ logins }) => logins === '2')?.users).toBeGreaterThan(0);
  });
});

describe('DailyUsers', () => {
  it('keeps the newest day and the one before', () => {
    const days = new DailyUsers();
    for (const day of [10, 12, 11, 10, 13]) days.add(day, hashOf(1));
    expect([...days.samples.keys()].sort()).toEqual([12, 13]);
  });
});

/** The reference algorithm (Appleby, MurmurHash3_x86_32), for lengths that are a multiple of four. */
function murmur3(text: string, seed: number): number {
  const bytes = Buffer.from(text);
  const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
  let hashed = seed;
  for (let offset = 0; offset < bytes.length; offset += 4) {
    const word = Math.imul(bytes.readInt32LE(offset), 0xcc9e2d51);
    hashed ^= Math.imul(rotate(word, 15), 0x1b873593);
    hashed = (Math.imul(rotate(hashed, 13), 5) + 0xe6546b64) | 0;
  }
  hashed ^= bytes.length;
  hashed = Math.imul(hashed ^ (hashed >>> 16), 0x85ebca6b);
  hashed = Math.imul(hashed ^ (hashed >>> 13), 0xc2b2ae35);
  return (hashed ^ (hashed >>> 16)) >>> 0;
}
